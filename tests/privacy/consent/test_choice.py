"""The form is read strictly, and leads nowhere but to a page of this site."""

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from privacy.consent.choice import Choice
from privacy.consent.decision import decide
from tests.privacy.consent.conftest import answer

pytestmark = pytest.mark.usefixtures("full_offer")
SERVICES = {
    "preferences": {"youtube", "google-maps"},
    "analytics": {"visits", "google-analytics"},
    "marketing": {"google-ads", "linkedin-insight"},
    "social": {"linkedin-posts"},
}


def read(choice="some", cookie="", **fields):
    data = QueryDict(mutable=True)
    data.update(answer(choice, **fields))
    return Choice.read(data, decide(cookie, gpc=False))


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
        "choice=some&analytics.visits=some",
        "choice=some&analytics.visits=",
        "choice=some&analytics.site=yes",
        "choice=some&necessary.site=yes",
        "choice=some&analytics.=yes",
        "choice=some&analytics.visits=yes&analytics.visits=yes",
        "choice=accept&shown=a&shown=b",
    ],
)
def test_a_choice_that_no_page_of_ours_offers_is_refused(body):
    with pytest.raises(BadRequest):
        Choice.read(QueryDict(body), decide("", gpc=False))


def test_each_choice_decides_every_group_that_was_shown():
    assert read("accept").answers == SERVICES
    assert read("reject").answers == dict.fromkeys(SERVICES, frozenset())
    some = read(analytics="yes", social="no")
    assert some.answers == dict.fromkeys(SERVICES, frozenset()) | {
        "analytics": SERVICES["analytics"]
    }
    assert (some.explicit, some.method) == (True, "page")


def test_a_group_that_was_not_shown_is_refused_by_reject_all_alone():
    shown = "analytics=" + decide("", gpc=False).offer.by_key["analytics"].version
    others = "preferences=-1|marketing=-1|social=-1"
    accepted = read("accept", cookie=others, shown=shown)
    assert accepted.answers == {"analytics": SERVICES["analytics"]}
    assert read(cookie=others, shown=shown).answers == {"analytics": frozenset()}
    assert set(read("reject", cookie=others, shown=shown).answers) == set(SERVICES)


def test_the_radios_that_come_along_do_not_change_accept_all():
    choice = read("accept", analytics="no")
    assert choice.answers["analytics"] == SERVICES["analytics"]
    assert choice.explicit is False


@pytest.mark.parametrize(
    ("fields", "allowed", "clear"),
    [
        ({"analytics": "yes"}, {"visits", "google-analytics"}, True),
        ({"analytics": "no"}, set(), True),
        ({}, set(), True),
        ({"analytics": "some", "analytics.visits": "yes"}, {"visits"}, True),
        ({"analytics.visits": "yes"}, {"visits"}, True),
        (
            {"analytics": "some", "analytics.visits": "no", "analytics.google-analytics": "yes"},
            {"google-analytics"},
            True,
        ),
        ({"analytics": "yes", "analytics.visits": "yes"}, {"visits", "google-analytics"}, True),
        ({"analytics": "yes", "analytics.visits": "no"}, {"google-analytics"}, False),
        ({"analytics": "no", "analytics.visits": "yes"}, set(), False),
        ({"analytics": "some"}, set(), False),
        ({"analytics": "some", "analytics.visits": "no"}, set(), False),
    ],
)
def test_answers_to_a_group_and_to_its_services_allow_what_every_reading_allows(
    fields, allowed, clear
):
    choice = read(**fields)
    assert choice.answers["analytics"] == allowed
    assert choice.unclear == (set() if clear else {"analytics"})


def test_a_box_that_is_still_ticked_does_not_speak_against_a_no():
    version = decide("", gpc=False).offer.by_key["analytics"].version
    typed = {"analytics": "no", "analytics.visits": "yes"}
    assert read(cookie=f"analytics={version}.visits", **typed).unclear == set()
    assert read(cookie=f"analytics={version}.google-analytics", **typed).unclear == {"analytics"}


def all_but(offer, key, version=None):
    versions = {o.key: o.version for o in offer.groups} | {key: version}
    return "|".join(f"{name}={value}" for name, value in versions.items() if value)


@pytest.mark.parametrize("version", [None, "ffffffff", ""])
def test_a_form_is_stale_that_lacks_a_question_or_shows_another_version(full_offer, version):
    assert read().stale is False
    assert read(shown=all_but(full_offer, "analytics", version)).stale is True
    for shown in ("", "x", "=", "analytics", "|" * 300, "analytics=" + "0" * 17):
        assert read(shown=shown).stale is True


def test_a_banner_that_asks_about_less_than_all_is_not_stale_where_the_rest_is_decided(full_offer):
    shown = f"analytics={full_offer.by_key['analytics'].version}"
    decided = "preferences=-1|marketing=-1|social=-1"
    assert read("accept", cookie=decided, shown=shown).stale is False
    assert read("accept", cookie="preferences=-1|marketing=-1", shown=shown).stale is True


def test_a_group_that_is_offered_no_more_makes_nothing_stale(full_offer):
    assert read(shown=f"{full_offer.shown}|gone=12345678").stale is False


@pytest.mark.parametrize(
    ("target", "path"), [("//evil.example/", "/"), ("/about/?a=1#x", "/about/?a=1"), ("", "/")]
)
def test_a_choice_leads_back_to_a_page_of_this_site(target, path):
    assert read("accept", next=target).next == path
