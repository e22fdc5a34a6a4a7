"""The list: narrowed, counted, ordered and paged, and what is hostile in its query."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from downloads.listing import PAGE_SIZE, Shown, shown_for, times_of_versions
from downloads.models import Document, DocumentVersion
from sens_site.lib.cache.fragment_cache import forget_fragments
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
MARINE, ENGINES = "/applications/marine/", "/applications/genset-engine-starting/"


@pytest.fixture(autouse=True)
def _none_is_shipped(db):
    DocumentVersion.objects.all().delete()
    Document.objects.all().delete()
    forget_fragments()


@pytest.fixture
def documents():
    now = timezone.now()
    told: dict[str, dict[str, Any]] = {
        "b-100": {"title": "Beta manual", "places": (MARINE, ENGINES), "part_numbers": "A1C-24\nC++"},
        "a-200": {"title": "alpha drawing", "kind": "drawing", "access": "registered"},
        "c-50": {"title": "Gamma manual", "language": "es", "places": (MARINE, "/products/gone/")},
    }  # fmt: skip
    for age, (number, fields) in enumerate(told.items()):
        places = fields.pop("places", ())
        make_version(
            make_document(number, places=places, **fields),
            publish_at=now - timedelta(days=age + 1),
        )
    forget_fragments()


def shown(query: str = "") -> Shown:
    return shown_for(QueryDict(query))


def numbers(query: str = "") -> list[str]:
    versions = DocumentVersion.objects.select_related("document").in_bulk(shown(query).rows)
    return [versions[pk].document.number for pk in shown(query).rows]


def counts(query: str = "") -> dict[str, dict[str, int]]:
    return {
        facet.name: {option.label: option.count for option in facet.options}
        for facet in shown(query).facets
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a-200", "b-100", "c-50"]),
        ("sort=newest", ["b-100", "a-200", "c-50"]),
        ("sort=number", ["a-200", "b-100", "c-50"]),
        ("sort=nonsense", ["a-200", "b-100", "c-50"]),
        ("kind=manual", ["b-100", "c-50"]),
        ("kind=manual&language=es", ["c-50"]),
        ("applications=marine", ["b-100", "c-50"]),
        ("applications=genset-engine-starting", ["b-100"]),
        ("products=gone", ["c-50"]),
        ("access=account", ["a-200"]),
        ("access=open", ["b-100", "c-50"]),
        ("access=withdrawn", ["a-200", "b-100", "c-50"]),
        ("q=a1c-24", ["b-100"]),
        ("q=C%2B%2B", ["b-100"]),
        ("q=MANUAL+gamma", ["c-50"]),
        ("q=nothing-of-the-kind", []),
        ("kind=nonsense", ["a-200", "b-100", "c-50"]),
        ("kind=manual&kind=drawing", ["a-200"]),
        ("q=%25' OR 1=1 --", []),
        ("q=%00", []),
        ("page=-1", ["a-200", "b-100", "c-50"]),
        ("page=999999", ["a-200", "b-100", "c-50"]),
        ("page=" + "9" * 5000, ["a-200", "b-100", "c-50"]),
        ("page=٣", ["a-200", "b-100", "c-50"]),
        ("q=" + "x" * 10_000, []),
    ],
)
def test_the_list_is_narrowed_and_ordered(documents, query, found):
    assert numbers(query) == found


def test_each_choice_is_counted_among_what_the_others_leave(documents):
    assert counts() == {
        "kind": {"User manual": 2, "Drawing": 1},
        "applications": {"Genset Engine Starting": 1, "Marine": 2},
        "products": {"gone": 1},
        "language": {"English": 2, "Spanish": 1},
        "access": {"For everyone": 2, "With an account": 1},
    }
    narrowed = counts("language=es&access=account")
    assert narrowed["kind"] == {}
    assert narrowed["language"] == {"English": 1, "Spanish": 0}
    assert narrowed["access"] == {"For everyone": 1, "With an account": 0}


def test_a_list_of_nothing_has_no_form():
    assert (shown().facets, shown().rows, shown().total, shown().pages) == ([], [], 0, 1)


def test_pages_keep_what_was_chosen():
    for number in range(2 * PAGE_SIZE + 1):
        make_version(make_document(f"n-{number:03}"))
    forget_fragments()
    first, last = shown("kind=manual&q=n"), shown("kind=manual&q=n&page=3")
    assert (first.total, first.pages, len(first.rows), len(last.rows)) == (51, 3, 25, 1)
    assert (first.earlier, first.later) == ("", "?q=n&kind=manual&page=2")
    assert (last.earlier, last.later) == ("?q=n&kind=manual&page=2", "")
    assert shown("page=2").earlier == "?"


def test_the_list_tells_when_it_changes_by_itself():
    now = timezone.now()
    soon, later = now + timedelta(hours=1), now + timedelta(hours=2)
    document = make_document()
    make_version(document, "1")
    make_version(document, "2", publish_at=soon)
    make_version(document, "3", withdrawn_at=later, withdrawn_reason="For a test.")
    assert sorted(times_of_versions()) == [soon, later]


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_asks_once_however_many_there_are(
    client, menu_read, django_assert_num_queries, how_many
):
    for number in range(how_many):
        make_version(make_document(f"n-{number}"))
    forget_fragments()
    client.get("/downloads/?q=n")
    with django_assert_num_queries(1):
        page = client.get("/downloads/?kind=manual").content.decode()
    assert page.count('name="document"') == how_many


def test_a_document_that_goes_while_the_list_is_drawn_is_left_out(client, documents):
    client.get("/downloads/")
    DocumentVersion.objects.filter(document__number="c-50").delete()
    Document.objects.filter(number="c-50").delete()
    page = client.get("/downloads/?kind=manual").content.decode()
    assert ("/downloads/b-100/" in page, "/downloads/c-50/" in page) == (True, False)


def test_the_page_of_the_list_shows_the_text_of_staff_and_the_way_to_filter(client, documents):
    page = client.get("/downloads/?kind=manual&sort=newest").content.decode()
    assert "Each document has a page of its own." in page
    assert '<meta name="robots" content="noindex">' in page
    assert 'value="manual" checked' in " ".join(page.split())
    assert "2 documents" in " ".join(page.split())
    plain = client.get("/downloads/").content.decode()
    assert "noindex" not in plain
    assert "3 documents" in " ".join(plain.split())
