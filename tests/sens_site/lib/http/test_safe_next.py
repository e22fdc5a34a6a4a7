"""A `next` leads to a page of this site or to none, however it is written."""

import pytest

from sens_site.lib.http.safe_next import safe_path, safe_target, stays_here
from tests.journeys.hostile import OPEN_REDIRECTS

LEAD_AWAY = (
    "", "about/", "evil.example", "?next=//evil.example", "#x",
    "//evil.example/", "///evil.example/", "////evil.example", "//", "//testserver:8443/",
    "/\\evil.example/", "\\\\evil.example", "//evil.example\\@x", "/a\\b",
    "https://evil.example/", "https:evil.example", "https:///evil.example", "http:///evil.example",
    "http://[bad", "ftp://testserver/", "https://testserver@evil.example/",
    "https://testserver.evil.example/", "https://evil.example#@testserver/",
    "javascript:alert(1)", "data:text/html,x", "%2F%2Fevil.example", "／／evil.example",
    "/\t/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example", "/a b/",
    "/a\r\nSet-Cookie: x=1", "/\r\nLocation:x", "/a\x00b", "\x00//evil.example", "/a\x7fb",
    "/" + "a" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("target", LEAD_AWAY)
def test_what_is_no_path_of_this_site_leads_home(target):
    assert (stays_here(target), safe_path(target), safe_target(target)) == (False, "/", "/")


@pytest.mark.parametrize("target", OPEN_REDIRECTS)
def test_whatever_else_is_tried_leads_to_no_other_host(target):
    for path in (safe_path(target), safe_target(target)):
        assert (path[0], path[1:2] in ("/", "\\")) == ("/", False)
        assert not set(path) & set("\\\r\n\t\x00 ")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("/about/", "/about/"),
        ("/about/?a=1", "/about/"),
        ("/about/?next=//evil.example", "/about/"),
        ("/about/#x", "/about/"),
        ("/é/", "/%C3%A9/"),
        ("/%09/evil.example", "/%09/evil.example"),
        ("/" + "a" * 1999, "/" + "a" * 1999),
    ],
)
def test_a_path_of_this_site_is_kept(target, path):
    assert (stays_here(target), safe_path(target)) == (True, path)


def test_a_query_that_is_too_long_does_not_lose_the_path():
    target = "/about/?" + "a" * 2000
    assert (stays_here(target), safe_path(target)) == (False, "/about/")
    assert safe_target(target) == "/about/"


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/about/?a=1#x", "/about/?a=1"),
        ("/accounts/login/?next=%2Faccounts%2F", "/accounts/login/?next=%2Faccounts%2F"),
        ("/search/?q=é", "/search/?q=%C3%A9"),
        ("/about/?next=//evil.example", "/about/?next=//evil.example"),
    ],
)
def test_a_query_is_kept_and_a_fragment_is_not(target, kept):
    assert safe_target(target) == kept
