"""How the index follows what the rooms tell."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from search import engines, jobs, services, sources
from search.models import IndexedWord, IndexEntry, IndexState, Miss
from search.services import count_misses, rebuild_index, refresh_index
from sens_site.lib.cache.content_stamp import renew_stamp
from tests.search.conftest import entry

pytestmark = pytest.mark.django_db


def indexed():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {engines.TABLE}")  # noqa: S608 - our own name
        return cursor.fetchone()[0]


def test_only_what_has_changed_is_written(found_in_tests):
    there = found_in_tests(entry("a", "Alpha"), entry("b", "Beta"), entry("c", "Gamma"))
    kept = IndexEntry.objects.get(key="c").pk
    assert refresh_index() == 0
    there[:2] = [entry("a", "Alphabet")]
    assert refresh_index() == 2
    assert set(IndexEntry.objects.values_list("key", "title")) == {
        ("a", "Alphabet"),
        ("c", "Gamma"),
    }
    assert IndexEntry.objects.get(key="c").pk == kept
    assert indexed() == 2
    assert set(IndexedWord.objects.values_list("word", flat=True)) == {"alphabet", "gamma"}


def test_an_index_whose_tables_were_emptied_begins_anew(found_in_tests):
    found_in_tests(entry("a", "Alpha"))
    IndexEntry.objects.all().delete()
    assert refresh_index() == 1
    assert indexed() == 1


def test_a_rebuilt_index_is_the_same(found_in_tests):
    found_in_tests(entry("a", "Alpha"), entry("b", "Beta"))
    assert rebuild_index() == 2
    assert (indexed(), IndexEntry.objects.count()) == (2, 2)


def test_the_same_key_twice_is_one_entry(found_in_tests):
    found_in_tests(entry("a", "Alpha"), entry("a", "Other"))
    assert list(IndexEntry.objects.values_list("title", flat=True)) == ["Alpha"]


def test_texts_that_no_database_takes_are_cleaned(found_in_tests):
    found_in_tests(entry("a", "Al\x00pha", "be\ud800ta", "N\x001"))
    row = IndexEntry.objects.get()
    assert (row.title, row.text, row.numbers) == ("Al pha", "be?ta", ["N 1"])


def test_long_texts_and_words_that_return_a_thousand_times_are_indexed(found_in_tests):
    found_in_tests(entry("a", "Alpha", "word " * 50_000 + "last", "N-1"))
    row = IndexEntry.objects.get()
    assert len(row.text) == sources.MOST_TEXT


def test_the_worker_has_something_to_do_when_the_content_has_changed(found_in_tests):
    found_in_tests(entry("a", "Alpha"))
    (job,) = jobs_named("search index")
    assert not job.when()
    renew_stamp()
    assert job.when()
    job.run()
    assert not job.when()
    assert IndexState.objects.count() == 1


def jobs_named(name):
    from outbox.jobs import registered_jobs

    assert callable(jobs.index_what_has_changed)
    return [one for one in registered_jobs() if one.name == name]


def test_a_day_that_begins_is_a_change(found_in_tests, monkeypatch):
    found_in_tests(entry("a", "Alpha"))
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    assert sources.must_be_indexed()


def test_where_the_stamp_cannot_be_read_the_last_one_stands(found_in_tests, monkeypatch):
    from django.db import OperationalError

    from sens_site.lib.cache import content_stamp

    def away():
        raise OperationalError("away")

    monkeypatch.setattr(content_stamp, "read_stamp", away)
    monkeypatch.setattr(content_stamp, "_last_read", "known 1.0")
    assert content_stamp.content_state() == f"known 1 {timezone.localdate().isoformat()}"


def test_words_that_found_nothing_are_added_up_by_day():
    day = dt.date(2026, 3, 1)
    count_misses({(day, "genset"): 2, (day, "ups"): 1})
    count_misses({(day, "genset"): 1, (day + dt.timedelta(1), "genset"): 5})
    rows = set(Miss.objects.values_list("day", "words", "count"))
    assert rows == {(day, "genset", 3), (day, "ups", 1), (day + dt.timedelta(1), "genset", 5)}


def test_a_flood_of_words_ends_with_the_most_of_a_day(monkeypatch):
    monkeypatch.setattr(services, "MISSES_A_DAY", 2)
    day = dt.date(2026, 3, 1)
    count_misses({(day, "a"): 1, (day, "b"): 1, (day, "c"): 1})
    count_misses({(day, "b"): 1})
    assert set(Miss.objects.values_list("words", "count")) == {("a", 1), ("b", 2)}


def test_words_of_more_than_twelve_months_ago_go_with_the_purge():
    from privacy.datamap.retention import purge_expired

    today = timezone.localdate()
    old, young = today - dt.timedelta(days=368), today - dt.timedelta(days=363)
    count_misses({(old, "old"): 1, (young, "young"): 1})
    purge_expired()
    assert set(Miss.objects.values_list("words", flat=True)) == {"young"}


def test_the_tables_of_the_index_are_the_ones_that_the_map_knows():
    from privacy.datamap.promises.stored import mapped, tables

    there = {name: columns for name, columns in tables().items() if name.startswith("search_words")}
    assert there == {name: set(columns) for name, columns in engines.tables().items()}
    assert {name: mapped()[name] for name in there} == there


def test_a_row_says_what_it_is(found_in_tests):
    found_in_tests(entry("a", "Alpha"))
    day = timezone.localdate()
    count_misses({(day, "ups"): 1})
    assert [str(one) for one in (IndexEntry.objects.get(), IndexedWord.objects.get())] == [
        "Alpha",
        "alpha",
    ]
    assert str(Miss.objects.get()) == "ups"
    assert str(IndexState.objects.get()) == sources.indexed_state()
