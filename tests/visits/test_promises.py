"""The promises about visits are kept on the site as it is, and say how much they looked at."""

import pytest

from privacy.promises.registry import Evidence, discover
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_checks
from privacy.promises.visitor import Answer
from tests.promises.conftest import FEW_ROUTES, ONE_OF_EACH
from visits.models import PageView
from visits.played_visits import page_token

pytestmark = pytest.mark.django_db


def kept(claim: str) -> Evidence:
    discover()
    site = RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, FEW_ROUTES)
    (outcome,) = (o for o in run_checks([claim], site=site) if o.check.name.startswith("visits."))
    assert outcome.kept, outcome.evidence.words
    return outcome.evidence


def test_nothing_is_measured_of_who_gives_no_answer_refuses_or_sends_the_signal():
    figures = kept("usage.time-and-areas").figures
    assert (figures["reports without consent"], figures["rows written"]) == (3, 0)
    assert figures["pages looked at"] in range(2, 21)


def test_nobody_is_known_again_before_an_act():
    figures = kept("cookies.recognize-return").figures
    assert figures == {"cookies after looking": 0, "cookies after answering": 1, "numbers": 2}


def test_looking_leaves_no_view_behind():
    kept("usage.time-and-areas")
    assert not PageView.objects.exists()


@pytest.mark.parametrize(
    ("source", "token"),
    [
        ("/static/visits/visit.js", "a"),
        ("/static/visits/visit.0a1b2c3d4e5f.js", "a"),  # as production names it
        ("/static/visits/revisit.js", ""),
    ],
)
def test_the_script_is_known_by_its_name_with_a_digest_and_without(source, token):
    html = f'<script src="{source}" data-page="a"></script>'
    assert page_token(Answer("/", 200, {}, {}, html)) == token
