"""The promise about grounds of transfers looks at each firm that the public record shows."""

from types import SimpleNamespace

import pytest

from privacy.datamap.promises import vendors
from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(monkeypatch):
    """Have the record show one firm, in a country."""

    def show(country: str) -> None:
        line = SimpleNamespace(
            name="A Firm", does="Hosting", country=country, ground="your explicit consent"
        )
        monkeypatch.setattr(vendors, "shown_firms", lambda site: [line])

    return show


def test_a_firm_with_a_ground_and_a_country_is_counted(shown):
    shown("United States")
    assert vendors.each_recipient_has_a_ground(RunningSite()).figures["firms"] == 1


@pytest.mark.parametrize(
    ("country", "problem"), [("", "is missing"), ("To be named", "which names nothing")]
)
def test_a_firm_without_a_country_breaks_the_promise(shown, country, problem):
    shown(country)
    with pytest.raises(PromiseBroken, match=f"The country of A Firm .*{problem}"):
        vendors.each_recipient_has_a_ground(RunningSite())


@pytest.mark.parametrize(
    ("agreement", "kept"),
    [
        ("2026-03-01", True),
        ("Part of its terms: they hold its terms of processing.", True),
        ("Not feasible: it offers none to customers of our size.", True),
        ("Not appropriate: it", False),
        ("It is a large firm, and everybody knows it.", False),
        ("Not feasible: we have not yet found out whom to ask.", False),
        ("Not feasible: we haven’t asked them about one.", False),
    ],
)
def test_an_agreement_is_missing_for_a_reason_of_the_policy(monkeypatch, agreement, kept):
    line = SimpleNamespace(name="A Firm", cells=("",) * vendors.AGREEMENT + (agreement,))
    monkeypatch.setattr(vendors, "shown_firms", lambda site: [line])
    if kept:
        found = vendors.each_vendor_has_an_agreement_or_a_reason(RunningSite())
        assert found.figures["firms"] == 1
        return
    with pytest.raises(PromiseBroken, match="does not say why A Firm needs no agreement"):
        vendors.each_vendor_has_an_agreement_or_a_reason(RunningSite())
