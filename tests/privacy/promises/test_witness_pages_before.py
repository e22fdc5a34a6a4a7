"""From which page somebody came is in nothing that is kept."""

from typing import Any

import pytest
from django.conf import settings

from privacy.promises.running_site import RunningSite
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.record_rules import no_page_before
from privacy.promises.witness.recorder import Entry, Line
from privacy.promises.witness.rules import Known
from privacy.promises.written_tables import Written

ADA = Canary()
KNOWN = Known((ADA,))
ROW = Written("contact_contactmessage", ("Hello", f"(from {ADA.came_from})"), "INSERT")
THINGS = [
    (Line("x", ADA.came_from), "the log of x"),
    ({"then": [ADA.came_from]}, "a session, under then,"),
    (ROW, "the table contact_contactmessage"),
    (Entry("a key", ADA.came_from, 60), "the shared cache"),
]


@pytest.mark.parametrize(("thing", "place"), THINGS)
def test_wherever_it_is_kept_it_is_seen(thing: Any, place: str):
    assert list(no_page_before(thing, KNOWN)) == [f"{place} holds from which page somebody came"]


def test_another_address_of_ours_is_none():
    assert list(no_page_before(Line("x", f"{settings.SITE_ORIGIN}/news/"), KNOWN)) == []


def test_a_made_up_person_s_browser_says_where_it_comes_from():
    assert ADA.visitor(RunningSite()).headers["Referer"] == ADA.came_from
