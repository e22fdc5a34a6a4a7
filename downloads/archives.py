"""ZIP archives, and Office files, which are such: opened in bounds, and read once to their end.

Threats: few bytes that become very many (also by parts that lie over each other), names that lead
out of the folder into which they are unpacked, programs and macros where nobody expects them, and
an archive within an archive, which hides all of these.
"""

import itertools
import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO

from downloads.file_types import FileRefusedError

MOST_FILES = 5_000
MOST_BYTES = 500 * 1024 * 1024
"""In all, when unpacked."""
MOST_TIMES = 100
"""How many times a part may grow: text seldom grows more than 20 times."""
SMALL = 1024 * 1024
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".gz", ".xz", ".bz2", ".tar", ".cab", ".iso"})
PROGRAMS = frozenset({
    ".exe", ".msi", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jse", ".wsf",
    ".hta", ".jar", ".sh", ".app", ".lnk", ".reg",
})  # fmt: skip

DAMAGED = "This archive is damaged. Make it anew and try again."
LOCKED = "This archive asks for a password, so nobody could look into it. Make it without one."
BOMB = "This archive becomes very large when it is unpacked. Bring its files one by one."
MANY = "This archive holds more than 5,000 files. Split it."
NESTED = "This archive holds another one, “{name}”. Pack the files once."
CLIMBS = "This archive holds a file that would leave its folder: “{name}”. Make it anew."
PROGRAM = "This archive holds a program, “{name}”. Only a document of the kind “Software” may."
MACROS = "This file holds macros, which are programs. Save it without them, as .docx or .xlsx."


def look(content: IO[bytes], *, programs: bool) -> None:
    """Look at an archive. Raises FileRefusedError."""
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
            _refuse_growth(members)
            for member in members:
                _refuse_member(member, programs=programs)
            _read_through(archive, members)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError):
        raise FileRefusedError(DAMAGED) from None


def _refuse_growth(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES:
        raise FileRefusedError(MANY)
    if sum(one.file_size for one in members) > MOST_BYTES:
        raise FileRefusedError(BOMB)
    for one in members:
        if one.file_size > SMALL and one.file_size > MOST_TIMES * one.compress_size:
            raise FileRefusedError(BOMB)
    places = sorted((one.header_offset, one.header_offset + one.compress_size) for one in members)
    if any(start < end for (_, end), (start, _) in itertools.pairwise(places)):
        raise FileRefusedError(BOMB)


def _refuse_member(member: zipfile.ZipInfo, *, programs: bool) -> None:
    name = member.orig_filename
    if member.flag_bits & 0x1:
        raise FileRefusedError(LOCKED)
    parts = name.replace("\\", "/").split("/")
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\x00" in name:
        raise FileRefusedError(CLIMBS.format(name=name.replace("\x00", "")))
    ending = PurePosixPath(name.lower()).suffix
    if ending in ARCHIVES:
        raise FileRefusedError(NESTED.format(name=name))
    if parts[-1].lower() == "vbaproject.bin":
        raise FileRefusedError(MACROS)
    if ending in PROGRAMS and not programs:
        raise FileRefusedError(PROGRAM.format(name=name))


def _read_through(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Unpack to nowhere: what a part says of its size is only believed when it has come true."""
    for member in members:
        with archive.open(member) as part:
            while part.read(SMALL):
                pass
