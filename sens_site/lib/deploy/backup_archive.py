"""The file that a backup is: tar in zstd in age, read and written as a stream (ADR 25).

Threat: whoever knows the public key can encrypt, so an archive that lay elsewhere may be a forgery.
Its last member but one therefore names every other with its SHA-256, and the last is a keyed hash of
that list, by a key of the site. Nothing of an archive is used before both are compared.

`age -d -i KEY FILE | zstd -d | tar x` reads it without this program.
"""

import hashlib
import hmac
import io
import json
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
LIST, SIGNATURE = "manifest.json", "manifest.hmac"
NAME = re.compile(r"site-(\d{8}T\d{6})Z\.tar\.zst\.age")
MOMENT = "%Y%m%dT%H%M%S"
PART = ".part"
STANDARD_INPUT = Path("/dev/stdin")
CHUNK = 256 * 1024
LEVEL = 3
"""Of zstd. Documents hardly shrink at any level; the database shrinks to a seventh at this one."""
LARGEST_LIST = 64 * 1024 * 1024
Sign = Callable[[bytes], Iterable[str]]
"""Returns the keyed hash of some bytes by each key that is good, the present one first."""


class BackupError(Exception):
    """Why there is no backup, or why one is not used. Its words are for the operator."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive. What lies elsewhere (a function opens it) may be gone when it is read."""

    name: str
    content: Path | bytes | Callable[[], IO[bytes]]


# --- names and ages -------------------------------------------------------------------------------


def name_for(moment: datetime) -> str:
    """Return the file name of an archive that was begun at a moment."""
    return f"site-{moment.astimezone(UTC):{MOMENT}}Z.tar.zst.age"


def made_at(file: Path) -> datetime | None:
    """Return when an archive was begun, as its name says, or None for another file."""
    found = NAME.fullmatch(file.name.removesuffix(PART))
    return datetime.strptime(found[1], MOMENT).replace(tzinfo=UTC) if found else None


def archives(folder: Path) -> list[Path]:
    """Return the archives of a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if NAME.fullmatch(file.name))


def trim(folder: Path, *, before: datetime) -> int:
    """Delete archives that were begun before a moment, and what is left of unfinished ones."""
    if not folder.is_dir():
        return 0
    over = [file for file in folder.iterdir() if (at := made_at(file)) and at < before]
    for file in over:
        file.unlink(missing_ok=True)  # another worker may have been here
    return len(over)


# --- writing --------------------------------------------------------------------------------------


def recipients(named: list[str]) -> list[Any]:
    """Return the keys to encrypt to: asked for before anything is copied that nobody could encrypt."""
    keys = [_recipient(text) for text in named]
    if not keys:
        raise BackupError("No key is named to which backups are encrypted (BACKUP_RECIPIENTS).")
    return keys


def write(
    target: Path, members: Iterable[Member], *, keys: list[Any], sign: Sign, **facts: Any
) -> None:
    """Write an archive. It has its name only once it is whole and on the disk."""
    import pyrage  # noqa: PLC0415 - large, and used by few processes

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            pyrage.encrypt_io(_Reader(_compressed(_tar(members, sign, facts))), out, keys)
            out.flush()
            os.fsync(out.fileno())
        part.rename(target)
    except (OSError, pyrage.EncryptError) as error:
        raise BackupError(f"The backup cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _recipient(text: str) -> Any:
    import pyrage  # noqa: PLC0415 - as above

    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupError(
            f"“{text}” is no key to encrypt to: it begins with age1 or ssh-."
        ) from error


class _Reader(io.RawIOBase):
    """A stream of what an iterator yields."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.rest = chunks, b""

    def readinto(self, buffer: Any) -> int:
        while not self.rest:
            chunk = next(self.chunks, None)
            if chunk is None:
                return 0
            self.rest = chunk
        taken = self.rest[: len(buffer)]
        self.rest = self.rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415 - as above

    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
    for chunk in chunks:
        yield compressor.compress(chunk)
    yield compressor.flush()


def _tar(members: Iterable[Member], sign: Sign, facts: dict[str, Any]) -> Iterator[bytes]:
    listed: dict[str, dict[str, Any]] = {}
    for member in members:
        opened = _opened(member)
        if opened is None:
            continue
        with opened as content:
            size = content.seek(0, os.SEEK_END)
            content.seek(0)
            digest = hashlib.sha256()
            yield _header(member.name, size)
            for chunk in _exactly(content, size, member.name):
                digest.update(chunk)
                yield chunk
            yield _padding(size)
        listed[member.name] = {"size": size, "sha256": digest.hexdigest()}
    text = json.dumps({"format": FORMAT, **facts, "files": listed}, indent=1).encode()
    signature = next(iter(sign(text))).encode()
    for name, content_bytes in ((LIST, text), (SIGNATURE, signature)):
        size = len(content_bytes)
        yield _header(name, size) + content_bytes + _padding(size)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _opened(member: Member) -> IO[bytes] | None:
    if isinstance(member.content, bytes):
        return io.BytesIO(member.content)
    try:
        return member.content.open("rb") if isinstance(member.content, Path) else member.content()
    except FileNotFoundError:
        return None


def _exactly(content: IO[bytes], size: int, name: str) -> Iterator[bytes]:
    left = size
    while left:
        chunk = content.read(min(CHUNK, left))
        if not chunk:
            raise BackupError(f"{name} was cut short while it was read.")
        left -= len(chunk)
        yield chunk


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


# --- reading --------------------------------------------------------------------------------------


def read_identities(file: Path) -> list[Any]:
    """Return the private keys of a file as `age-keygen` writes it.

    What is piped in or typed is read as it comes: by the name of its device it could be opened by its
    owner alone, who is root where a command runs as the site's user.
    """
    import pyrage  # noqa: PLC0415 - as above

    try:
        text = sys.stdin.read() if file == STANDARD_INPUT else file.read_text("utf-8")
        return [
            pyrage.x25519.Identity.from_str(line.strip())
            for line in text.split("\n")
            if line.strip() and not line.startswith("#")
        ]
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BackupError(f"{file} holds no private key of age.") from error


def unpack(archive: Path, into: Path, *, identities: list[Any], sign: Sign) -> dict[str, Any]:
    """Unpack an archive into an empty folder and return its list, once all is as that says."""
    import pyrage  # noqa: PLC0415 - as above
    import zstandard  # noqa: PLC0415 - as above

    reading, writing = os.pipe()
    with (
        archive.open("rb") as encrypted,
        os.fdopen(reading, "rb") as plain,
        ThreadPoolExecutor(1) as thread,
    ):
        decrypting = thread.submit(_decrypt, encrypted, writing, identities)
        try:
            seen = _extract(plain, into)
        except (tarfile.TarError, zstandard.ZstdError, OSError) as error:
            plain.close()  # what still decrypts ends by a broken pipe
            reason = decrypting.exception()
            told = reason if isinstance(reason, pyrage.DecryptError) else error
            raise BackupError(f"{archive.name} cannot be read: {told}.") from error
        plain.read()
        if reason := decrypting.exception():
            raise BackupError(f"{archive.name} cannot be read: {reason}.") from reason
    return _compared(into, seen, sign)


def _decrypt(encrypted: IO[bytes], writing: int, identities: list[Any]) -> None:
    import pyrage  # noqa: PLC0415 - as above

    with os.fdopen(writing, "wb") as plain:
        pyrage.decrypt_io(encrypted, plain, identities)


def _extract(plain: IO[bytes], into: Path) -> dict[str, dict[str, Any]]:
    import zstandard  # noqa: PLC0415 - as above

    seen: dict[str, dict[str, Any]] = {}
    stream = zstandard.ZstdDecompressor().stream_reader(plain)
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            path = PurePosixPath(entry.name)
            if not entry.isfile() or path.is_absolute() or ".." in path.parts:
                raise tarfile.TarError(f"{entry.name} is no plain file below the archive")
            target = into / path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = tar.extractfile(entry)
            assert content is not None  # noqa: S101 - of a plain file there is one
            digest = hashlib.sha256()
            with os.fdopen(
                os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as out:
                while chunk := content.read(CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
            seen[entry.name] = {"size": entry.size, "sha256": digest.hexdigest()}
    return seen


def _compared(into: Path, seen: dict[str, dict[str, Any]], sign: Sign) -> dict[str, Any]:
    if not {LIST, SIGNATURE} <= seen.keys() or seen[LIST]["size"] > LARGEST_LIST:
        raise BackupError("The archive is not whole: it has no list of what is in it.")
    text = (into / LIST).read_bytes()
    signature = (into / SIGNATURE).read_bytes().decode("ascii", "replace")
    if not any(hmac.compare_digest(signature.encode(), good.encode()) for good in sign(text)):
        raise BackupError(
            "The archive was not made by a site with this SECRET_KEY, nor with one of"
            " SECRET_KEY_FALLBACKS."
        )
    listed: dict[str, Any] = json.loads(text)
    if listed["format"] != FORMAT:
        raise BackupError(f"The archive has format {listed['format']}, which is not known here.")
    if listed["files"] != {k: v for k, v in seen.items() if k not in (LIST, SIGNATURE)}:
        raise BackupError("The archive holds other files than its list says.")
    return listed
