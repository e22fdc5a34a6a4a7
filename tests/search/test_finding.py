"""The one function that searches."""

from datetime import date

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from search import finding, services
from search.finding import nearest, search
from search.models import Synonym
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.http.local_limit import LocalLimit
from tests.search.conftest import entry

pytestmark = pytest.mark.django_db


def paths(typed, **choice):
    return [hit.path for hit in search(typed, **choice).hits]


@pytest.fixture
def shelf(found_in_tests):
    return found_in_tests(
        entry(
            "manual", "User manual of the charger", "Float voltage is set by C++ code.", "A1C-24"
        ),
        entry("drawing", "Outline drawing", "Wiring for Zürich, do-not-track.", "B7 100/X"),
        entry("note", "Application note", "How a charger is sized. C is a letter.", gated=True),
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("voltage", ["/manual/"]),
        ("volt", ["/manual/"]),
        ("ZURICH", ["/drawing/"]),
        ("zürich", ["/drawing/"]),
        ("C++", ["/manual/"]),
        ('"C++"', ["/manual/"]),
        ("do-not-track", ["/drawing/"]),
        ('"do-not-track"', ["/drawing/"]),
        ("do not track", ["/drawing/"]),
        ('"not do track"', []),
        ("a1c24", ["/manual/"]),
        ("A1C 24", ["/manual/"]),
        ('"A1C-24"', ["/manual/"]),
        ("a1c", ["/manual/"]),
        ("B7100X", ["/drawing/"]),
        ("b7-100 x", ["/drawing/"]),
        ("chargers", ["/manual/", "/note/"]),
        ("charger voltage", ["/manual/"]),
        ("Wiring AND NOT Zürich", ["/drawing/"]),
        ("日本", []),
    ],
)
def test_finds_what_is_meant(shelf, typed, found):
    result = search(typed)
    if result.only_some:
        found = found or [hit.path for hit in result.hits]
    assert [hit.path for hit in result.hits] == found


def test_a_title_counts_more_than_a_text(found_in_tests):
    found_in_tests(
        entry("long", "Something else", "fuse " * 40),
        entry("short", "Fuse", "Nothing about it."),
        *(entry(f"other{n}", "Other", "text") for n in range(8)),
    )
    assert paths("fuse") == ["/short/", "/long/"]


def test_one_mistake_is_forgiven_when_hits_are_few(shelf):
    found = search("voltgae")
    assert [hit.path for hit in found.hits] == ["/manual/"]
    assert found.meant == {"voltgae": ("voltage",)}
    assert search("volt").meant == {}
    assert search("voltgae charger").meant == {"voltgae": ("voltage",)}
    assert search("xqzzk").meant == {}


def test_a_mistake_of_which_enough_is_found_is_no_mistake(found_in_tests):
    found_in_tests(
        *(entry(f"one{n}", "Charged", "x") for n in range(3)), entry("two", "Charger", "x")
    )
    found = search("charged")
    assert (found.total, found.meant) == (3, {})


def test_a_word_that_occurs_is_taken_for_another_only_where_nothing_is_found(found_in_tests):
    found_in_tests(entry("one", "Charged", "cell"), entry("two", "Charger", "battery"))
    assert search("charged").meant == {}
    found = search("charged battery")
    assert [hit.path for hit in found.hits] == ["/two/"]
    assert found.meant == {"charged": ("charger",)}


def test_some_of_the_words_are_enough_where_nothing_has_all(shelf):
    found = search("voltage zürich")
    assert {hit.path for hit in found.hits} == {"/manual/", "/drawing/"}
    assert (found.only_some, found.meant) == (True, {})
    assert not search("voltage float").only_some
    mended = search("voltgae zürich")
    assert (mended.only_some, mended.meant, mended.total) == (True, {"voltgae": ("voltage",)}, 2)


def test_nothing_is_found_for_nothing(shelf):
    for typed in ("", "   ", "?!*", '""', "\x00"):
        assert search(typed) == finding.Found()


def test_synonyms_of_staff_find_each_other(shelf):
    assert paths("plan") == []
    services.save_synonym(Synonym(words="plan, outline drawing"))
    assert paths("plan") == ["/drawing/"]
    services.delete_synonym(Synonym.objects.get())
    assert paths("plan") == []


def test_hits_are_paged_and_a_page_that_there_is_not_is_the_last(found_in_tests):
    found_in_tests(*(entry(f"e{n:02}", f"Charger {n}", "x") for n in range(23)))
    first, last = search("charger"), search("charger", page=99)
    assert (len(first.hits), first.total, first.pages, first.page) == (10, 23, 3, 1)
    assert (len(last.hits), last.page, search("charger", page=-5).page) == (3, 3, 1)
    assert {h.path for h in first.hits} & {h.path for h in last.hits} == set()


def test_a_source_may_be_chosen_and_all_are_counted(db):
    everywhere = search("cookies")
    assert set(everywhere.counts) == {"documents", "pages", "policy", "promises"}
    only = search("cookies", source="policy")
    assert {hit.source for hit in only.hits} == {"policy"}
    assert (only.total, only.counts) == (everywhere.counts["policy"], everywhere.counts)
    assert only.everywhere == everywhere.total == sum(everywhere.counts.values())


def test_a_hit_tells_what_its_page_is(found_in_tests):
    found_in_tests(
        entry("a", "A <b>", "", description="Some words.", changed_on=date(2026, 3, 1), gated=True)
    )
    (hit,) = search("words").hits
    assert (hit.title, hit.description, hit.excerpt) == ("A &lt;b&gt;", "Some words.", None)
    assert (hit.changed_on, hit.gated, hit.source) == (date(2026, 3, 1), True, "tests")


def test_what_has_been_withdrawn_is_not_found_before_the_worker_knows(shelf):
    assert paths("voltage") == ["/manual/"]
    del shelf[0]
    content_changed()
    assert (paths("voltage"), search("charger").total) == ([], 1)


def test_what_has_changed_is_shown_as_it_is_now(shelf):
    shelf[0] = entry("manual", "Manual, second edition", "Nothing of this.", description="New.")
    content_changed()
    (hit,) = search("voltage").hits
    assert (hit.title, hit.description, hit.excerpt) == ("Manual, second edition", "New.", None)


def test_the_query_count_is_that_of_one_question(shelf, menu_read):
    search("voltage")
    with CaptureQueriesContext(connection) as several:
        search("charger")
    with CaptureQueriesContext(connection) as one:
        search('"user manual of the charger"')
    said = [q["sql"] for q in several if "SAVEPOINT" not in q["sql"] and "config" not in q["sql"]]
    # State of the index, stamp of the content, known words; counts, places, entries.
    assert len(said) == 6
    assert len(one) <= len(several)


def test_words_of_any_script_and_length_are_calm(shelf):
    for typed in (
        "a" * 10_000,
        '"' * 10_000,
        "( ) [ ] { } * : ^ - + ~ | & ! < > \\ ' \" ; -- /* */ %",
        "NEAR(a b, 5) title: voltage AND OR NOT",
        "a:* & !b | 'c' <-> d",
        "\N{ARABIC LETTER ALEF}\N{HEBREW LETTER ALEF}\N{DEVANAGARI LETTER A}\N{HANGUL SYLLABLE GA}",
        "\ud800 \udfff",
        "\N{GRINNING FACE}" * 300,
        "".join(map(chr, range(0x20, 0x300))),
        "\\' \\\\ ''' c\\",
    ):
        search(typed)


def test_near_pages_are_found_by_their_own_names():
    assert nearest("/produts/")[0] == ("Products", "/products/")
    assert ("History", "/about/history/") in nearest("/abuot/histroy.html")


@pytest.mark.parametrize("path", ["/", "/wp-login.php", "/a/b/", "/%ff%fe/", "/12345/"])
def test_no_pages_are_near_to_what_says_nothing(path):
    assert nearest(path) == []


def test_an_error_page_comes_without_near_pages_while_the_index_is_old(db):
    assert nearest("/produts/")
    content_changed()
    assert nearest("/produts/") == []


def test_an_error_page_comes_whatever_is_wrong_with_the_search(monkeypatch, caplog):
    def broken(words):
        raise OperationalError("no such table")

    monkeypatch.setattr(finding, "_nearest", broken)
    assert nearest("/produts/") == []
    assert "OperationalError" in caplog.text


def test_programs_that_try_thousands_of_addresses_find_no_near_pages(monkeypatch):
    monkeypatch.setattr(finding, "NEAREST", LocalLimit((1, 3600)))
    assert [bool(nearest("/produts/")) for _ in range(3)] == [True, False, False]
