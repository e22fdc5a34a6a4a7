"""What the look at guards comes to where a view is not reached."""

import pytest

from privacy.promises.registry import NotCarriedOut, PromiseBroken
from privacy.promises.running_site import RunningSite
from privacy.promises.witness import cast
from privacy.promises.witness.url_map import all_routes
from sens_site.promises.walk import LED_TO, every_answer_is_guarded


@pytest.fixture
def site(monkeypatch):
    """A walk that finds no rows, and so no link in a mail."""
    cast.discover()  # what is imported later would register in what is put back
    monkeypatch.setattr("privacy.promises.witness.cast._makes_rows", {})
    return RunningSite(routes=frozenset({"contact:thanks", "rights:confirm_identity"}))


@pytest.mark.django_db
@pytest.mark.once
def test_a_view_behind_something_that_refuses_was_not_looked_at(site):
    with pytest.raises(NotCarriedOut, match="Nothing led to rights:confirm_identity this time"):
        every_answer_is_guarded(site)


@pytest.mark.django_db
@pytest.mark.once
def test_a_view_to_which_nothing_is_known_to_lead_is_named(site, monkeypatch):
    monkeypatch.setattr("sens_site.promises.walk.LED_TO", LED_TO - {"rights:confirm_identity"})
    with pytest.raises(PromiseBroken, match="1 views were not reached, first rights:confirm"):
        every_answer_is_guarded(site)


@pytest.mark.django_db
@pytest.mark.once
def test_what_stands_behind_a_page_that_an_outage_kept_away_was_not_looked_at(site, monkeypatch):
    monkeypatch.setattr("sens_site.promises.walk.LED_TO", frozenset())
    site.walk.left_out.append("GET /contact/thanks/ by a stranger")
    with pytest.raises(NotCarriedOut, match="What ended in an error was left out: GET /contact"):
        every_answer_is_guarded(site)


@pytest.mark.once
def test_each_view_that_something_leads_to_needs_a_value_in_its_address():
    assert {one.shown_name for one in all_routes() if not one.path and not one.is_admin} >= LED_TO
