"""The dictionary that all visitors share: who gets a page packed by it, and that it knows nobody."""

import base64
import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command

from sens_site.lib.cache.kept_page import make_page
from sens_site.lib.cache.page_cache import ReadyPages
from sens_site.lib.cache.published_pages import PublishedPages
from sens_site.lib.cache.shared_dictionary import (
    SharedDictionary,
    headers_of_the_dictionary,
    shared_dictionary,
    store,
)
from tests.architecture.wsgi import Answer, connection_kept, fresh_application
from tests.architecture.wsgi import get as get_page

WORDS = b" ".join(hashlib.sha256(bytes([n])).hexdigest().encode() for n in range(30))
BODY = WORDS + b"<p>and what one of them says</p>"
HASH = f":{base64.b64encode(hashlib.sha256(WORDS).digest()).decode()}:"
BROWSER = "gzip, deflate, br, zstd, dcb, dcz"
VARY = ("Vary", "Accept-Encoding,Cookie,Sec-GPC,Available-Dictionary")
HTML = ("Content-Type", "text/html; charset=utf-8")


def unpacked(data: bytes, words: bytes = WORDS) -> bytes:
    """Read a body as RFC 9842, section 5, says: eight bytes, the hash, and a frame of Zstandard."""
    assert data[:8] == b"\x5e\x2a\x4d\x18\x20\x00\x00\x00"
    assert data[8:40] == hashlib.sha256(words).digest()
    known = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=known).decompress(data[40:], 100_000)


def asked(available: str = HASH, accepted: str = BROWSER) -> dict[str, Any]:
    return {"HTTP_AVAILABLE_DICTIONARY": available, "HTTP_ACCEPT_ENCODING": accepted}


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Any:
    """Static files of this test alone; what the process remembers of them is forgotten around it."""
    settings.STATIC_ROOT, settings.COMPRESSION_DICTIONARY = tmp_path, True
    shared_dictionary.cache_clear()
    yield tmp_path
    shared_dictionary.cache_clear()


def test_a_body_is_packed_as_what_differs_from_the_dictionary():
    packed = SharedDictionary(WORDS).pack(BODY)
    assert unpacked(packed) == BODY
    assert len(packed) < len(brotli.compress(BODY))


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (asked(), True),
        (asked(f" {HASH} "), True),
        (asked(HASH.replace(":", "")), False),
        (asked(f":{base64.b64encode(hashlib.sha256(b'x').digest()).decode()}:"), False),
        (asked(""), False),
        (asked(accepted="gzip, br, dcb"), False),
        (asked(accepted="gzip, br, dcz;q=0"), False),
        ({"HTTP_AVAILABLE_DICTIONARY": HASH}, False),
    ],
)
def test_only_who_has_this_very_dictionary_and_takes_the_coding_gets_a_packed_page(headers, form):
    dictionary = SharedDictionary(WORDS)
    assert dictionary.form_for(headers, [dictionary.form]) == (dictionary.form if form else "")
    assert dictionary.form_for(headers, ["br"]) == ""


def test_a_page_is_packed_only_where_caches_are_told_that_it_depends_on_the_dictionary():
    dictionary = SharedDictionary(WORDS)
    packed = make_page([HTML, VARY], BODY, {}, dictionary)
    assert unpacked(packed.bodies[dictionary.form]) == BODY
    plain = make_page([HTML, ("Vary", "Accept-Encoding")], BODY, {}, dictionary)
    assert sorted(plain.bodies) == ["br", "gzip"]
    headers = dict(packed.headers[dictionary.form])
    assert headers["Content-Encoding"] == "dcz"
    assert int(headers["Content-Length"]) == len(packed.bodies[dictionary.form])
    assert len(set(packed.etags.values())) == 4


def test_another_dictionary_makes_another_tag_and_another_file():
    one, other = SharedDictionary(WORDS), SharedDictionary(WORDS + b"!")
    assert one.form != other.form
    assert one.file_name != other.file_name
    assert one.available != other.available


def test_the_file_replaces_the_one_before_and_is_sent_compressed(folder):
    store(SharedDictionary(b"old words"))
    dictionary = SharedDictionary(WORDS)
    store(dictionary)
    assert sorted(file.name for file in folder.iterdir()) == [
        dictionary.file_name, f"{dictionary.file_name}.br", f"{dictionary.file_name}.gz",
    ]  # fmt: skip
    assert brotli.decompress((folder / f"{dictionary.file_name}.br").read_bytes()) == WORDS
    found = shared_dictionary()
    assert found is not None
    assert (found.data, found.path) == (WORDS, f"/static/{dictionary.file_name}")


def test_without_file_or_switch_or_with_a_file_that_is_not_what_its_name_says_there_is_none(
    folder, settings
):
    assert shared_dictionary() is None
    (folder / "dictionary.000000000000.dat").write_bytes(WORDS)
    shared_dictionary.cache_clear()
    assert shared_dictionary() is None
    store(SharedDictionary(WORDS))
    for switched in ({"COMPRESSION_DICTIONARY": False}, {"DEBUG": True}):
        for name, value in switched.items():
            setattr(settings, name, value)
        shared_dictionary.cache_clear()
        assert shared_dictionary() is None
        settings.COMPRESSION_DICTIONARY, settings.DEBUG = True, False
    shared_dictionary.cache_clear()
    assert shared_dictionary() is not None


@pytest.mark.django_db
def test_as_shipped_no_page_speaks_of_a_dictionary(client):
    assert site_settings.COMPRESSION_DICTIONARY is False
    answer = client.get("/about/")
    assert "Link" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding,Cookie,Sec-GPC"


def test_the_one_static_file_says_what_it_is_for_and_ends_within_a_week():
    headers: dict[str, str] = {"Cache-Control": "max-age=315360000, public, immutable"}
    headers_of_the_dictionary(headers, "/srv/static/css/site.0123456789ab.css", "/static/x")
    assert headers == {"Cache-Control": "max-age=315360000, public, immutable"}
    headers_of_the_dictionary(headers, "/srv/static/dictionary.0123456789ab.dat.br", "/static/x")
    assert headers == {
        "Cache-Control": "public, max-age=604800",
        "Use-As-Dictionary": 'match="/*", match-dest=("document")',
    }


def test_a_published_page_lies_there_packed_under_a_name_that_tells_the_dictionary(tmp_path):
    dictionary = SharedDictionary(WORDS)
    pages = PublishedPages(tmp_path, dictionary=dictionary)
    pages.begin()
    pages.add("s1", "/a/", [HTML, VARY], BODY)
    pages.add("s1", "/b/", [HTML], BODY)
    (file,) = tmp_path.glob("sets/*/*/s1/*/*@dcz*")
    assert (file.parent.name, file.name) == ("a", f"@{dictionary.form}")
    assert unpacked(file.read_bytes()) == BODY


VISITORS: tuple[dict[str, str], ...] = (
    {},
    {"Sec-GPC": "1"},
    {"Cookie": "__Host-cookie_consent=analytics=-1"},
    {"Cookie": "visitor=0123456789abcdef"},
    {"Available-Dictionary": ":AAAA:", "User-Agent": "somebody", "Accept-Language": "fr"},
)


@pytest.mark.django_db
def test_everybody_is_led_to_the_same_dictionary(folder, client):
    store(SharedDictionary(WORDS))
    links = {client.get("/about/", headers=headers).headers["Link"] for headers in VISITORS}
    assert links == {
        f'</static/dictionary.{hashlib.sha256(WORDS).hexdigest()[:12]}.dat>; rel="compression-dictionary"'
    }


@pytest.mark.django_db
def test_it_is_made_of_the_site_and_of_no_visitor(folder, client):
    said: list[str] = []
    for headers in ({}, *VISITORS):
        client.get("/about/", headers=headers)
        client.get("/contact/webmaster/", headers=headers)
        out = StringIO()
        with connection_kept():
            call_command("make_dictionary", stdout=out)
        said.append(out.getvalue())
    assert len(set(said)) == 1
    (file,) = folder.glob("*.dat")
    assert said[0] == f"{file.name}: {file.stat().st_size:,} B\n"


@pytest.mark.django_db
def test_a_site_without_a_page_to_keep_makes_none(folder, monkeypatch):
    monkeypatch.setattr(ReadyPages, "draw", lambda self, environ: None)
    with pytest.raises(CommandError, match="No public page can be kept"):
        call_command("make_dictionary")
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/accounts/profile/", "/llms.txt", "/no-such-page/", "/cookies/kept/"]
)
def test_what_is_no_public_page_neither_leads_to_it_nor_depends_on_it(folder, client, path):
    store(SharedDictionary(WORDS))
    answer = client.get(path)
    assert "dictionary" not in answer.headers.get("Link", "")
    assert "Available-Dictionary" not in answer.headers.get("Vary", "")


@pytest.mark.django_db
def test_a_packed_page_is_the_page_and_sets_and_counts_nothing_more(folder):
    """The whole way, below the server."""
    store(SharedDictionary(WORDS))
    ready = fresh_application()
    ready.dictionary = shared_dictionary()

    def get(**headers: str) -> Answer:
        return get_page(ready, "/about/", **headers)

    has_it = {"available_dictionary": HASH, "accept_encoding": BROWSER}
    plain, packed = get(), get(**has_it)
    assert (packed.status, unpacked(packed.body)) == ("200 OK", plain.body)
    assert {name for name in packed.headers if packed.headers[name] != plain.headers.get(name)} == {
        "ETag", "Content-Length", "Content-Encoding",
    }  # fmt: skip
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("dcz", VARY[1])
    assert "Set-Cookie" not in packed.headers
    assert get(**has_it, if_none_match=packed.headers["ETag"]).status == "304 Not Modified"
    another = {**has_it, "available_dictionary": ":AAAA:"}
    assert get(**another).headers["Content-Encoding"] == "br"
    ready.dictionary = None
    assert get(**has_it).headers["Content-Encoding"] == "br"
    ready.dictionary = shared_dictionary()
    session = f"{site_settings.SESSION_COOKIE_NAME}=of-somebody"
    assert get(**has_it, cookie=session).headers["Content-Encoding"] == "gzip"
