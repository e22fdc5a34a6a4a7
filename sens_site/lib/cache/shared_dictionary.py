"""A compression dictionary that all visitors share (RFC 9842): what public pages have in common.

A browser that has fetched it names it by its hash and gets the next page as what differs from it.

Threat: a dictionary that differs from visitor to visitor would be a cookie that nobody sees, for the
browser sends its hash with every request. So there is one file for everybody, made when the site is
set up and of pages of visitors who have said nothing; a hash that is not its own is as good as none.
And what a person sees alone is never packed by it: how well it packs would tell what stands in it.
"""

import base64
import gzip
import hashlib
from collections.abc import Container, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from sens_site.lib.http.accept_encoding import accepted_encodings

NAME = "dictionary"
CODING = "dcz"
LEVEL = 19
AVAILABLE = "Available-Dictionary"
MAGIC = bytes.fromhex("5e2a4d1820000000")
"""What every body in this coding begins with, before the hash of its dictionary (RFC 9842, 5)."""
LIFE_SECONDS = 7 * 24 * 3600
"""A browser that still has it has been here within this time; more than that nobody learns."""
USE = 'match="/*", match-dest=("document")'


class SharedDictionary:
    """The bytes, and what is known of them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.digest = hashlib.sha256(data).digest()

    @property
    def file_name(self) -> str:
        """The file's name, by which one that has changed is another one."""
        return f"{NAME}.{self.digest.hex()[:12]}.dat"

    @property
    def path(self) -> str:
        """Where browsers find it."""
        return f"{settings.STATIC_URL}{self.file_name}"

    @cached_property
    def link(self) -> str:
        """The header by which a page leads to it."""
        return f'<{self.path}>; rel="compression-dictionary"'

    @cached_property
    def available(self) -> str:
        """What a browser says that has it."""
        return f":{base64.b64encode(self.digest).decode()}:"

    @cached_property
    def form(self) -> str:
        """The name of a body that is packed by it: another dictionary makes another body."""
        return f"{CODING}-{self.digest.hex()[:8]}"

    def form_for(self, environ: Mapping[str, Any], forms: Container[str]) -> str:
        """Return the name of what a browser takes that has this very dictionary; else nothing."""
        has_it = environ["HTTP_AVAILABLE_DICTIONARY"].strip() == self.available
        takes_it = CODING in accepted_encodings(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return self.form if has_it and takes_it and self.form in forms else ""

    def pack(self, body: bytes) -> bytes:
        """Return a body as what differs from the dictionary."""
        return MAGIC + self.digest + bytes(self._packer.compress(body))

    @cached_property
    def _packer(self) -> Any:
        # Most processes never pack anything, and the library takes a megabyte.
        import zstandard  # noqa: PLC0415 - see above

        words = zstandard.ZstdCompressionDict(self.data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        return zstandard.ZstdCompressor(level=LEVEL, dict_data=words, write_content_size=False)


def dictionary_of(pages: Iterable[bytes]) -> SharedDictionary:
    """Make a dictionary of pages. What the last one has is found with the fewest bytes."""
    return SharedDictionary(b"".join(pages))


def store(dictionary: SharedDictionary) -> None:
    """Put it among the static files in the place of the one before, and have it sent compressed."""
    import brotli  # noqa: PLC0415 - the settings import this module

    root = Path(settings.STATIC_ROOT)
    for old in root.glob(f"{NAME}.*.dat*"):
        old.unlink()
    file = root / dictionary.file_name
    file.write_bytes(dictionary.data)
    file.with_name(f"{file.name}.br").write_bytes(brotli.compress(dictionary.data))
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(dictionary.data, 9, mtime=0))


@lru_cache(maxsize=1)
def shared_dictionary() -> SharedDictionary | None:
    """Return the one that was stored before this process began; None where none is wanted, or stored."""
    found = sorted(Path(settings.STATIC_ROOT).glob(f"{NAME}.*.dat"))
    if settings.DEBUG or not settings.COMPRESSION_DICTIONARY or not found:
        return None
    dictionary = SharedDictionary(found[0].read_bytes())
    return dictionary if dictionary.file_name == found[0].name else None


def headers_of_the_dictionary(headers: Any, path: str, url: str) -> None:
    """Say of the one static file what browsers may use it for (asked by whitenoise for each file)."""
    if Path(path).name.startswith(f"{NAME}."):
        headers["Use-As-Dictionary"] = USE
        headers["Cache-Control"] = f"public, max-age={LIFE_SECONDS}"
