"""The public record: whole, readable, and the same for people and machines."""

import json

import pytest

from privacy.datamap.record import CONTEXT, as_json, records
from privacy.datamap.registry import activities, personal_entries, stores
from privacy.datamap.terms import Basis, Category, People, Purpose, Transfer

pytestmark = pytest.mark.django_db


def test_every_kind_of_row_and_every_store_stands_in_it():
    shown = {holding.title for record in records() for holding in record.holdings}
    assert shown == {e.title for e in personal_entries()} | {s.title for s in stores().values()}


def test_the_page_shows_what_why_how_long_and_to_whom(client):
    response = client.get("/privacy/record/")
    page = response.content.decode()
    assert response.headers["Cache-Control"] == "public,no-cache"
    for record in records():
        assert f'id="{record.anchor}"' in page
    for word in ("24 months after the matter is closed", "A legal obligation", "Second factors"):
        assert word in page


def test_machines_get_the_same(client):
    response = client.get("/privacy/record.json")
    assert response.headers["Content-Type"] == "application/ld+json"
    data = json.loads(response.content)
    assert data == as_json()
    assert [p["@id"].lstrip("#") for p in data["dpv:hasProcess"]] == [r.anchor for r in records()]


def test_every_term_has_a_known_prefix():
    terms = [t.dpv for group in (Basis, Category, People, Purpose, Transfer) for t in group]
    assert {term.partition(":")[0] for term in terms} - set(CONTEXT) == set()


def test_each_purpose_has_one_of_the_four_bases():
    assert {purpose.basis for purpose in Purpose} == set(Basis)
    assert {a.purpose.basis for a in activities().values()} == set(Basis)
