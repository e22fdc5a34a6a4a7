"""Made-up people of the checks: made no oftener than they are needed."""

import pytest

from privacy.datamap.promises import copy_words, played_people
from privacy.datamap.promises.played_people import Played
from privacy.promises.running_site import RunningSite

pytestmark = pytest.mark.django_db


def test_one_copy_is_made_for_all_that_is_asked_of_it(monkeypatch):
    made = []

    class Counted(Played):
        def __post_init__(self):
            made.append(self.mark)
            super().__post_init__()

    monkeypatch.setattr(copy_words, "Played", Counted)
    site = RunningSite()
    for look in (
        copy_words.the_copy_says_what_for,
        copy_words.the_copy_says_where_from,
        copy_words.the_copy_says_who_receives_it,
        copy_words.the_copy_says_how_long,
    ):
        assert look(site).figures["items"]
    assert len(made) == 1
    copy_words.the_copy_says_what_for(RunningSite())
    assert len(made) == 2


def test_rows_are_made_until_nothing_more_hangs_on_the_person(monkeypatch):
    """A row of a row of the person is found in the round after, and a round with none is the last."""
    rounds = []
    site = RunningSite()
    with site.rehearsal():
        person = Played(site)
        monkeypatch.setattr(played_people, "STEPS", 9)

        def read(self, database):
            rounds.append(database)
            return {}

        monkeypatch.setattr(Played, "rows", read)
        monkeypatch.setattr(Played, "_row_in", lambda self, model, rows: len(rounds) < 3)
        person._fill_what_is_empty()
    assert len(rounds) == 3
    assert len(rounds[0].tables) > 50
