"""Pages packed by the shared dictionary, as files of a real nginx (ADR 28).

Who has the dictionary gets few bytes that unpack to the page; everybody else gets what they got.
"""

import base64
import gzip
import hashlib
import re
import shutil
from collections.abc import Iterator
from typing import Any

import brotli
import pytest
import zstandard
from django.conf import settings

from tests.browser.published_web import PATHS, Answer, Web, headers_of, published_web

pytestmark = pytest.mark.xdist_group("dictionary")

ASKERS = ("stranger", "refuser", "consenter", "stranger with the signal")
BROWSER = "gzip, deflate, br, zstd, dcb, dcz"
MOST_BYTES = 1500
"""Of the next page, where it is no long text of its own (docs/performance.md)."""


@pytest.fixture(scope="module")
def web(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Start all of it with static files of its own, to which a dictionary is added."""
    folder = tmp_path_factory.mktemp("packed")
    static = folder / "static"
    shutil.copytree(settings.STATIC_ROOT, static)
    options = {"COLLECTED": str(static), "COMPRESSION_DICTIONARY": "true"}
    with published_web(folder, before=("make_dictionary",), **options) as web:
        yield web


@pytest.fixture(scope="module")
def words(web: Web) -> bytes:
    """Fetch the dictionary as a browser does: where a page says that it lies."""
    (address,) = re.findall(r'<(\S+)>; rel="compression-dictionary"', web.ask("/").headers["link"])
    answer = web.ask(address, Accept_Encoding="identity")
    assert answer.headers["use-as-dictionary"] == 'match="/*", match-dest=("document")'
    assert hashlib.sha256(answer.body).hexdigest()[:12] in address
    return answer.body


def named(words: bytes) -> str:
    """Return how a browser names a dictionary that it has."""
    return f":{base64.b64encode(hashlib.sha256(words).digest()).decode()}:"


def unpacked(answer: Answer, words: bytes) -> bytes:
    """Unpack by what the answer says of itself, and by nothing else."""
    coding = answer.headers.get("content-encoding", "")
    if coding == "br":
        return bytes(brotli.decompress(answer.body))
    if coding == "gzip":
        return gzip.decompress(answer.body)
    if coding == "dcz":
        assert (
            answer.body[:40] == bytes.fromhex("5e2a4d1820000000") + hashlib.sha256(words).digest()
        )
        known = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        return zstandard.ZstdDecompressor(dict_data=known).decompress(answer.body[40:], 1_000_000)
    assert coding == ""
    return answer.body


def test_who_has_it_gets_the_same_page_in_few_bytes_from_nginx_itself(web: Web, words: bytes):
    for who in ASKERS:
        own: dict[str, Any] = headers_of(web, who)
        has_it = {**own, "Available_Dictionary": named(words), "Accept_Encoding": BROWSER}
        for path in PATHS:
            plain = web.ask(path, **{**own, "Accept_Encoding": "identity"})
            packed = web.ask(path, **has_it)
            assert packed.headers["content-encoding"] == "dcz", (who, path)
            assert unpacked(packed, words) == plain.body
            assert packed.is_published
            assert packed.said == web.ask(path, site=True, **has_it).said
            assert "Available-Dictionary" in packed.headers["vary"]
        small = web.ask("/about/", **has_it)
        assert len(small.body) <= MOST_BYTES


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [(BROWSER, "br"), ("br", "br"), ("gzip", "gzip"), ("identity", ""), ("dcz", "")],
)
def test_who_has_none_gets_what_everybody_gets(web: Web, words: bytes, accepted, coding):
    for path in PATHS:
        answer = web.ask(path, Accept_Encoding=accepted)
        assert answer.headers.get("content-encoding", "") == coding
        assert answer.is_published
        assert unpacked(answer, words) == web.ask(path, Accept_Encoding="identity").body


@pytest.mark.parametrize(
    ("available", "accepted"),
    [
        (named(b"another"), BROWSER),
        ("", BROWSER),
        ("nonsense", BROWSER),
        (None, "gzip, deflate, br, zstd"),
        (None, "br, dcz;q=0"),
        (None, "br, zdcz"),
        (None, "br, dcb"),
    ],
)
def test_who_has_another_or_does_not_take_it_gets_brotli(
    web: Web, words: bytes, available, accepted
):
    told = named(words) if available is None else available
    answer = web.ask("/about/", Available_Dictionary=told, Accept_Encoding=accepted)
    assert answer.headers["content-encoding"] == "br"
    assert answer.said == web.ask(
        "/about/", site=True, Available_Dictionary=told, Accept_Encoding=accepted
    ).said  # fmt: skip
    assert unpacked(answer, words) == web.ask("/about/", Accept_Encoding="identity").body


def test_a_person_is_sent_nothing_that_is_packed_by_it(web: Web, words: bytes):
    answer = web.ask(
        "/about/", Cookie=web.session, Available_Dictionary=named(words), Accept_Encoding=BROWSER
    )
    assert not answer.is_published
    assert answer.headers.get("content-encoding") != "dcz"
    assert b"Log out" in unpacked(answer, words)


def test_each_form_of_a_page_has_a_tag_of_its_own(web: Web, words: bytes):
    has_it: dict[str, Any] = {"Available_Dictionary": named(words), "Accept_Encoding": BROWSER}
    packed, usual = web.ask("/about/", **has_it), web.ask("/about/", Accept_Encoding=BROWSER)
    assert packed.headers["etag"] != usual.headers["etag"]
    again = web.ask("/about/", If_None_Match=packed.headers["etag"], **has_it)
    assert (again.status, again.body) == (304, b"")
    other = web.ask("/about/", If_None_Match=usual.headers["etag"], **has_it)
    assert (other.status, other.body) == (200, packed.body)


def test_where_the_file_is_not_there_the_site_packs_it(web: Web, words: bytes):
    has_it: dict[str, Any] = {"Available_Dictionary": named(words), "Accept_Encoding": BROWSER}
    before = web.ask("/news/", **has_it)
    files = [file for file in web.root.glob("sets/*/*/*/news/@dcz-*") if file.stat().st_size]
    assert files != []
    for file in files:
        file.unlink()
    after = web.ask("/news/", **has_it)
    assert (before.is_published, after.is_published) == (True, False)
    assert after.said == before.said
