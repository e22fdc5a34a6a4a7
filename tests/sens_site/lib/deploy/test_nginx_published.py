"""What nginx is told of published pages. Whether it does so, a real one shows in the browser suite."""

import re
from types import SimpleNamespace

import pytest

from sens_site.lib.cache.published_pages import headers_digest
from sens_site.lib.cache.shared_dictionary import SharedDictionary
from sens_site.lib.deploy.nginx_published import Published, location, maps, part

HTML = ("Content-Type", "text/html; charset=utf-8")
STRANGER = SimpleNamespace(name="s1", cookie="", gpc=False, services=frozenset())
YES = SimpleNamespace(name="s2", cookie="analytics=ab", gpc=False, services=frozenset({"visits"}))
SIGNAL = SimpleNamespace(name="s3", cookie="", gpc=True, services=frozenset())
STATISTICS, ADS = frozenset({"visits"}), frozenset({"ads", "ads-too"})


def published(**changes) -> Published:
    public = [HTML, ("Cache-Control", "public"), ("X-Frame-Options", "DENY")]
    private = [HTML, ("Cache-Control", "private"), ("X-Frame-Options", "DENY")]
    dated = [*public, ("Last-Modified", "Sat, 24 Oct 2026 06:00:00 GMT")]
    fields = {
        "root": "/srv/pages",
        "consent_cookie": "__Host-cookie_consent",
        "states": (STRANGER, YES, SIGNAL),
        "cookies": {STATISTICS: "visit|visitor", ADS: "_gcl_[^=; ]*"},
        "answers": {
            ("s1", "/"): public, ("s1", "/a/"): public, ("s1", "/privacy/"): dated,
            ("s2", "/"): private, ("s2", "/a/"): private, ("s2", "/privacy/"): [*private, dated[-1]],
            ("s3", "/"): public, ("s3", "/a/"): public,
        },
    }  # fmt: skip
    return Published(**{**fields, **changes})


def entries(text: str, name: str) -> dict[str, str]:
    """Return what one map says."""
    block = text.partition(f"$published_{name} {{\n")[2].partition("\n}")[0]
    pairs = re.findall(r'^ +("(?:[^"\\]|\\.)*"|default) ("(?:[^"\\]|\\.)*");', block, re.MULTILINE)
    return {
        key.strip('"').replace("\\\\", "\\").replace('\\"', '"'): value[1:-1]
        for key, value in pairs
    }


def test_who_has_the_dictionary_gets_what_is_packed_by_it_and_nobody_else():
    dictionary = SharedDictionary(b"words")
    assert "available_dictionary" not in maps(published())
    text = maps(published(dictionary=dictionary))
    found = entries(text, "coding")
    assert found.pop("default") == "$published_usual"
    ((pattern, form),) = found.items()
    assert form == dictionary.form
    assert entries(text, "encoding")[form] == "dcz"
    browser = "gzip, deflate, br, zstd, dcb, dcz"
    for words, expected in {
        f"br {dictionary.available} {browser}": True,
        f"br {dictionary.available} dcz,br": True,
        f"br {dictionary.available} br, zdcz": False,
        f"br {dictionary.available} br, dcz;q=0": False,
        f"- {dictionary.available} {browser}, gzip;q=0": False,
        f"br {SharedDictionary(b'others').available} {browser}": False,
        f"br  {browser}": False,
    }.items():
        assert bool(re.search(pattern.removeprefix("~"), words)) is expected, words


def test_a_state_is_known_by_signal_answer_and_the_cookies_that_it_allows():
    assert entries(maps(published()), "state") == {
        "default": "",
        "n:": "s1",
        "n:analytics=ab": "s2",
        "nb:analytics=ab": "s2",
        "g:": "s3",
    }


def test_every_cookie_of_a_request_has_to_be_known():
    ((pattern, _),) = [
        pair for pair in entries(maps(published()), "answer").items() if pair[0].startswith("~")
    ]
    consent = '__Host-cookie_consent="analytics=ab"'
    for header, value in {
        consent: "analytics=ab",
        consent.replace('"', ""): "analytics=ab",
        f"visit=1; {consent}; visitor=2": "analytics=ab",
        f"_gcl_aw=x=y; {consent}": "analytics=ab",
        f"{consent}; session=1": None,
        f"session=1; {consent}": None,
        f"{consent}; {consent}": None,
        f"x{consent}": None,
        f"{consent};visit=1": None,
        f"{consent}; visits=1": None,
        "visit=1": None,
        "__Host-cookie_consent=../..": None,
        "__Host-cookie_consent=": None,
        "__Host-cookie_consent=" + "a" * 201: None,
    }.items():
        found = re.match(pattern.removeprefix("~").replace("?<", "?P<"), header)
        assert (found and found["published_value"]) == value, header


def test_where_no_service_has_a_cookie_the_answer_stands_alone():
    text = maps(published(cookies={}))
    ((pattern, _),) = [pair for pair in entries(text, "answer").items() if pair[0].startswith("~")]
    pattern = pattern.removeprefix("~").replace("?<", "?P<")
    assert re.match(pattern, "__Host-cookie_consent=analytics=ab")
    assert not re.match(pattern, "visit=1; __Host-cookie_consent=analytics=ab")
    assert "brings" not in text


def test_pages_with_other_headers_than_most_are_a_kind_of_their_own():
    answers = published().answers
    digest = {key: headers_digest(headers) for key, headers in answers.items()}
    text = maps(published())
    assert entries(text, "kind") == {"default": "", "/privacy/": "k1"}
    assert entries(text, "set") == {
        "default": "",
        "y:s1:": digest["s1", "/"],
        "y:s2:": digest["s2", "/"],
        "y:s3:": digest["s3", "/"],
        "y:s1:k1": digest["s1", "/privacy/"],
        "y:s2:k1": digest["s2", "/privacy/"],
    }
    dated = {digest["s1", "/privacy/"], digest["s2", "/privacy/"]}
    assert {key for key, value in entries(text, "last_modified").items() if value} == dated


def test_headers_that_all_pages_have_stand_there_and_the_others_are_looked_up():
    text = location(published())
    assert 'add_header x-frame-options "DENY";' in text
    assert "add_header cache-control $published_cache_control;" in text
    assert "add_header last-modified $published_last_modified;" in text
    assert "content-type" not in text


def test_where_no_page_has_a_date_nginx_sends_none():
    answers = {("s1", "/"): [HTML]}
    text = location(published(states=(STRANGER,), answers=answers))
    assert 'add_header last-modified "";' in text


@pytest.mark.parametrize(
    ("path", "is_known"),
    [
        ("/", True),
        ("/privacy/v/1/", True),
        ("/llms", True),
        ("//", False),
        ("/privacy//v/", False),
        ("/privacy/?a", False),
        ("/a/../b/", False),
        ("/@br", False),
        ("/%2e/", False),
        ("", True),  # no request line of nginx's is without one, and no page is named so
    ],
)
def test_an_address_is_known_by_all_that_was_asked_for(path, is_known):
    ((pattern, _),) = [p for p in entries(maps(published()), "path").items() if p[0] != "default"]
    assert bool(re.match(pattern.removeprefix("~").replace("?<", "?P<"), path)) is is_known


def test_a_long_key_is_an_expression_as_the_tables_of_nginx_are_narrow():
    path = "/news/2026/" + "a" * 60 + "/"
    answers = {**published().answers, ("s1", path): [HTML], ("s1", "/b/"): [HTML, ("A", "1")]}
    kinds = entries(maps(published(answers=answers)), "kind")
    assert f"~^{re.escape(path)}$" in kinds
    assert "/b/" in kinds


def test_the_part_of_nginx_has_the_maps_for_all_and_the_files_before_the_site():
    whole = part(published())
    assert (whole.http, whole.first, whole.server) == (maps(published()), location(published()), "")
