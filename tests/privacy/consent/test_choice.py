"""The form is read strictly, and leads nowhere but to a page of this site."""

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from privacy.consent.choice import Choice, safe_path


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", "/"),
        ("/about/", "/about/"),
        ("/about/?a=1", "/about/"),
        ("/about/#x", "/about/"),
        ("", "/"),
        ("about/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("\t//evil.example", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/a\x00b", "/"),
        ("/" + "a" * 3000, "/"),
        ("/é/", "/%C3%A9/"),
        ("http:///evil.example", "/"),
        ("?next=//evil.example", "/"),
    ],
)
def test_next_is_a_path_of_this_site_or_home(target, expected):
    assert safe_path(target) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "next=/",
        "choice=",
        "choice=maybe",
        "choice=ACCEPT",
        "choice=accept&choice=reject",
        "choice=some&analytics=maybe",
        "choice=some&analytics=on",
        "choice=some&analytics=yes&analytics=no",
        "choice=some&necessary=no",
        "choice=accept&everything=yes",
        "choice=accept&analytics=%FF",
    ],
)
def test_a_choice_that_no_page_of_ours_offers_is_refused(body, offer):
    with pytest.raises(BadRequest):
        Choice.read(QueryDict(body), offer)


def test_each_choice_decides_every_group(offer):
    keys = set(offer.by_key)
    assert Choice.read(QueryDict("choice=accept"), offer).answers == dict.fromkeys(keys, True)
    assert Choice.read(QueryDict("choice=reject"), offer).answers == dict.fromkeys(keys, False)
    some = Choice.read(QueryDict("choice=some&analytics=yes&social=no"), offer)
    assert some.answers == {
        "preferences": False, "analytics": True, "marketing": False, "social": False,
    }  # fmt: skip
    assert some.explicit is True
    assert some.method == "page"


def test_the_radios_that_come_along_do_not_change_accept_all(offer):
    choice = Choice.read(QueryDict("choice=accept&analytics=no"), offer)
    assert choice.answers["analytics"] is True
    assert choice.explicit is False
