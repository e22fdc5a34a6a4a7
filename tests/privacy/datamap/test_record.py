"""The public record: whole, readable, and the same for people and machines."""

import json
from dataclasses import replace
from datetime import date

import pytest

from privacy.consent.offer.building import build_offer
from privacy.consent.offer.current import rehearse_offer
from privacy.datamap import vendors
from privacy.datamap.record import CONTEXT, as_json, records
from privacy.datamap.registry import activities, personal_entries, stores
from privacy.datamap.terms import Basis, Category, People, Purpose, Transfer
from privacy.datamap.vendors import VENDORS, Vendor, vendors_on_record

pytestmark = pytest.mark.django_db


def test_every_kind_of_row_and_every_store_stands_in_it():
    shown = {holding.title for record in records() for holding in record.holdings}
    assert shown == {e.title for e in personal_entries()} | {s.title for s in stores().values()}


def test_the_page_shows_what_why_how_long_and_to_whom(client):
    response = client.get("/privacy/record/")
    page = response.content.decode()
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
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


HOST = Vendor(
    key="hosting", title="Hosting provider", name="Example Hosting, Inc.", country="United States",
    safeguard="Encrypted disks.", agreed_on=date(2026, 1, 5),
)  # fmt: skip


def shown_of(client) -> tuple[str, list[dict[str, str]]]:
    page = client.get("/privacy/record/").content.decode()
    data = json.loads(client.get("/privacy/record.json").content)
    return " ".join(page.split()), data["dpv:hasDataProcessor"]


def test_a_firm_that_is_not_filled_in_is_left_out(client, monkeypatch):
    page, machines = shown_of(client)
    assert ("Firms that work for us" in page, machines) == (False, [])
    assert {vendor.is_filled_in for vendor in VENDORS} == {False}
    for lacking in ({"name": ""}, {"country": ""}, {"safeguard": ""}, {"agreed_on": None}):
        monkeypatch.setattr(vendors, "VENDORS", (replace(HOST, **lacking),))
        assert vendors_on_record() == []


def test_a_firm_that_is_filled_in_is_named_with_its_agreement_or_the_reason_for_none(
    client, monkeypatch
):
    mail = replace(
        HOST, key="mail", title="Email provider", name="Example Mail", agreed_on=None,
        exception="We run it ourselves.",
    )  # fmt: skip
    monkeypatch.setattr(vendors, "VENDORS", (HOST, mail, Vendor(key="x", title="Nobody")))
    page, machines = shown_of(client)
    assert '<th scope="row">Example Hosting, Inc.</th> <td>Hosting provider</td>' in page
    for agreement in ("January 5, 2026", "We run it ourselves."):
        assert f">{agreement}</td>" in page.replace(" </td>", "</td>").replace("<td> ", "<td>")
    assert [one["dpv:hasName"] for one in machines] == ["Example Hosting, Inc.", "Example Mail"]
    assert [one["dpv:DataProcessingAgreement"] for one in machines] == [
        "2026-01-05",
        "We run it ourselves.",
    ]


def test_the_maker_of_a_service_is_named_as_soon_as_staff_switch_it_on(client):
    with rehearse_offer(build_offer({"google-analytics": "G-AAAA1111", "youtube": "on"})):
        made = vendors_on_record()
    assert [(one.name, one.country, one.has_agreement) for one in made] == [
        ("Google LLC", "United States", False)
    ]
    assert "Google Analytics" in made[0].title


def test_what_is_filled_in_of_a_maker_is_said_of_it(monkeypatch):
    known = replace(HOST, name="Google LLC", title="Website analytics vendor")
    monkeypatch.setattr(vendors, "VENDORS", (known,))
    with rehearse_offer(build_offer({"google-analytics": "G-AAAA1111"})):
        assert vendors_on_record() == [known]
