"""A kept page: its headers and its body in each form in which they are sent, made once."""

import gzip
import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache

import brotli

from sens_site.lib.cache.shared_dictionary import AVAILABLE, SharedDictionary
from sens_site.lib.http.accept_encoding import accepted_encodings

Headers = list[tuple[str, str]]

IN_TAGS = {"br": "-b", "gzip": "-g"}
"""How forms are called in an ETag: each answer bears it."""
TAG_LENGTH = 7
"""Characters of a digest in an ETag, 42 bits: it tells one page's states apart, not pages."""


@dataclass(frozen=True, slots=True)
class Page:
    """One kept page: its headers for each form, and its body in each compressed one.

    `unchanged` are the headers for a client that has that form already (304).
    """

    headers: dict[str, Headers]
    unchanged: dict[str, Headers]
    bodies: dict[str, bytes]
    etags: dict[str, str]
    last_modified: str
    size: int
    answers: dict[str, int]
    """How often it has been given out, by status: shared by all pages of its view."""

    def plain(self) -> bytes:
        """Return the body as it was, unpacked anew."""
        return gzip.decompress(self.bodies["gzip"])


def digest_of_page(headers: Headers, body: bytes) -> str:
    """Name the content. Headers count: two consent states may differ in the CSP alone."""
    digest = hashlib.sha256(body)
    for name, value in sorted(headers):
        digest.update(f"\n{name}:{value}".encode())
    return urlsafe_b64encode(digest.digest())[:9].decode()


def headers_to_keep(headers: Headers) -> Headers:
    """Return the headers without those that belong to one form of the body or to one answer."""
    return [(n, v) for n, v in headers if n.lower() not in ("content-length", "etag", "date")]


def make_page(
    headers: Headers,
    body: bytes,
    answers: dict[str, int],
    dictionary: SharedDictionary | None = None,
) -> Page:
    """Compress a body and complete its headers for each form."""
    kept = headers_to_keep(headers)
    digest = digest_of_page(kept, body)
    bodies = {
        "br": brotli.compress(body, lgwin=17),
        "gzip": gzip.compress(body, 9, mtime=0),
    }
    if dictionary is not None and depends_on_dictionary(kept):
        bodies[dictionary.form] = dictionary.pack(body)
    lengths = {**{name: len(data) for name, data in bodies.items()}, "": len(body)}
    tag = digest[:TAG_LENGTH]
    etags = {name: f'"{tag}{IN_TAGS.get(name, name)}"' for name in lengths}
    complete = {
        name: [
            *kept,
            ("ETag", etags[name]),
            ("Content-Length", str(length)),
            *([("Content-Encoding", name.partition("-")[0])] if name else []),
        ]
        for name, length in lengths.items()
    }
    unchanged = {
        name: [field for field in fields if not field[0].startswith("Content-")]
        for name, fields in complete.items()
    }
    modified = next((v for n, v in kept if n.lower() == "last-modified"), "")
    size = sum(map(len, bodies.values()))
    return Page(complete, unchanged, bodies, etags, modified, size, answers)


def depends_on_dictionary(headers: Headers) -> bool:
    """Tell whether caches are told that a response depends on the dictionary that a browser has."""
    return any(name.lower() == "vary" and AVAILABLE in value for name, value in headers)


@lru_cache(maxsize=64)
def best_encoding(accepted: str) -> str:
    """Choose among brotli, gzip and none by an Accept-Encoding header."""
    offered = accepted_encodings(accepted)
    return next((name for name in ("br", "gzip") if name in offered), "")
