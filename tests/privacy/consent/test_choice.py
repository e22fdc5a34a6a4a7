"""The form is read strictly, and leads nowhere but to a page of this site."""

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from privacy.consent.choice import Choice


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


@pytest.mark.parametrize(
    ("target", "path"), [("//evil.example/", "/"), ("/about/?a=1#x", "/about/?a=1"), ("", "/")]
)
def test_a_choice_leads_back_to_a_page_of_this_site(offer, target, path):
    data = QueryDict(mutable=True)
    data.update({"choice": "accept", "next": target})
    assert Choice.read(data, offer).next == path
