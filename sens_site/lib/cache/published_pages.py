"""Kept pages as files, which the web server in front sends by itself.

    store/<digest>@br, @gzip, @plain       each page once, by its headers and its body
    sets/<generation>/<headers>/<state>/privacy/@br     the same file, found as nginx looks for it
    live/<time slot> -> ../sets/<generation>

nginx reads the present slot off its own clock, and finds nothing where no link of that name stands.
So what is withdrawn is gone with one link, and pages that nobody looks after are gone as well, at
the latest after two slots. `<headers>` is a digest of the headers of a page, and nginx knows by it
which to send: a page with headers that it has not been told of is found under no name it asks for.

The danger is showing one visitor another's page. Nothing that a visitor sends names a folder but
the path of a public page; the state is a name that only the configuration can come to.
"""

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from sens_site.lib.cache.kept_page import Headers, digest_of_page, headers_to_keep, make_page

SLOT_SECONDS = 10
"""nginx cuts the last digit off the time in seconds."""
PLAIN = "plain"
CODINGS = ("br", "gzip", PLAIN)
YOUNGEST = 2**30
"""Before 2004: no browser has an older page, so the date in its question never decides (see ADR 26)."""


def headers_digest(headers: Headers) -> str:
    """Name a set of headers, for files and for the configuration of nginx alike."""
    lines = sorted(f"{name.lower()}:{value}" for name, value in headers_to_keep(headers))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def content_time(digest: str, coding: str) -> int:
    """Return the time of a file from what is in it: nginx makes its ETag of time and length."""
    number = int(hashlib.sha256(f"{digest}@{coding}".encode()).hexdigest()[:12], 16)
    return 1 + number % (YOUNGEST - 1)


class PublishedPages:
    """The folder. One process writes it, on each machine that has a web server in front."""

    def __init__(self, root: Path, *, now: Callable[[], float] = time.time) -> None:
        self.root = root
        self.now = now
        self._generation = ""
        for name in ("store", "sets", "live"):
            _make_folder(root / name)

    def withdraw(self) -> None:
        """Let nginx find no page any more."""
        for link in (self.root / "live").iterdir():
            link.unlink()

    def begin(self) -> None:
        """Withdraw all, and begin anew with no page."""
        self.withdraw()
        for old in (self.root / "sets").iterdir():
            shutil.rmtree(old)
        self._generation = secrets.token_hex(8)
        _make_folder(self._folder)

    def hold(self) -> None:
        """Let nginx find the pages in this slot and in the next one."""
        slot = int(self.now()) // SLOT_SECONDS
        wanted = {str(slot), str(slot + 1)}
        live = self.root / "live"
        for link in live.iterdir():
            if link.name not in wanted:
                link.unlink()
        for name in wanted:
            if not (live / name).is_symlink():
                (live / name).symlink_to(f"../sets/{self._generation}")

    def add(self, state: str, path: str, headers: Headers, body: bytes) -> None:
        """Publish a page. What the store has already is not compressed again."""
        kept = headers_to_keep(headers)
        digest = digest_of_page(kept, body)
        if not all(self._stored(digest, coding).exists() for coding in CODINGS):
            page = make_page(headers, body, {})
            for coding in CODINGS:
                data = body if coding == PLAIN else page.bodies[coding]
                self._write(self._stored(digest, coding), data, content_time(digest, coding))
        below, _, name = path.rpartition("/")
        folder = self._folder / headers_digest(headers) / f"{state}{below}"
        _make_folder(folder)
        for coding in CODINGS:
            (folder / f"{name}@{coding}").hardlink_to(self._stored(digest, coding))

    def sweep(self) -> int:
        """Delete what no page is any more; return how many files."""
        unused = [file for file in (self.root / "store").iterdir() if file.stat().st_nlink == 1]
        for file in unused:
            file.unlink()
        return len(unused)

    @property
    def _folder(self) -> Path:
        return self.root / "sets" / self._generation

    def _stored(self, digest: str, coding: str) -> Path:
        return self.root / "store" / f"{digest}@{coding}"

    def _write(self, file: Path, data: bytes, seconds: int) -> None:
        unfinished = file.with_name(f".{file.name}")
        unfinished.write_bytes(data)
        unfinished.chmod(0o644)
        os.utime(unfinished, (seconds, seconds))
        unfinished.replace(file)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, which the web server may read whatever our mask is."""
    for place in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        place.mkdir()
        place.chmod(0o755)
