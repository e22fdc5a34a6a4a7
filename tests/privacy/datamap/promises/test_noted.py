"""How long notes of the shared cache are kept, where the database holds them."""

import pytest
from django.conf import settings
from django.db import connection

from privacy.datamap.promises.noted import no_note_outlasts_its_time
from privacy.promises.registry import PromiseBroken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def notes(monkeypatch):
    """Keep notes in a table of the test's own."""
    monkeypatch.setitem(settings.CACHES["default"], "LOCATION", "notes_of_a_test")


def noted(*rows: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes_of_a_test (cache_key varchar(255), expires timestamp)")
        cursor.executemany("INSERT INTO notes_of_a_test VALUES (%s, %s)", rows)


def test_where_no_table_holds_notes_there_are_none():
    assert no_note_outlasts_its_time() == 0


def test_a_note_about_nobody_has_no_end():
    noted((":1:content-stamp", "9999-12-31 23:59:59"), (":1:limit:a", "2001-01-01 00:00:00"))
    assert no_note_outlasts_its_time() == 2


def test_a_count_that_stays_is_found():
    noted((":1:limit:a", "2999-01-01 00:00:00"))
    with pytest.raises(
        PromiseBroken, match=r"^1 notes of the server are kept for more than 30 days$"
    ):
        no_note_outlasts_its_time()
