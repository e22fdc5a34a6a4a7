"""A catalogue with an error does not start, and says what to do."""

from dataclasses import replace
from datetime import date

import pytest

from privacy.consent.checks import check_catalogue, check_settings, faults_in, in_no_group
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import Group, Service, Source, StoredItem

ITEM = StoredItem("_x", "Counts.", 30)
SERVICE = Service(
    "x", "X", "Counts.", "X Inc.", "US", "1 year", (ITEM,), {"img-src": ("https://x.example",)},
    identifier="[0-9]+", identifier_hint="A number", nobodys="000",
    source=(Source("Domains of X", "https://x.example/domains", date(2026, 11, 25)),),
)  # fmt: skip
GROUP = Group("analytics", "Analytics", "Count.", (SERVICE,))


def with_service(**changes) -> tuple[Group, ...]:
    return (replace(GROUP, services=(replace(SERVICE, **changes),)),)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((GROUP,), []),
        (GROUPS, []),
        ((replace(GROUP, services=()),), ["E001"]),
        ((replace(GROUP, purpose=""),), ["E001"]),
        ((replace(GROUP, services=(), required=True),), []),
        (with_service(items=(replace(ITEM, life_days=396),)), ["E002"]),
        (with_service(items=(replace(ITEM, life_days=395),)), []),
        (with_service(origins={"image-src": ("https://x.example",)}), ["E003"]),
        (with_service(origins={"img-src": ("http://x.example",)}), ["E004"]),
        (with_service(origins={"img-src": ("https://x.example/path",)}), ["E004"]),
        (with_service(origins={"img-src": ("x.example",)}), ["E004"]),
        (with_service(origins={"img-src": ("*",)}), ["E004"]),
        (with_service(recipient=""), ["E005"]),
        (with_service(country=""), ["E005"]),
        (with_service(identifier=""), ["E006"]),
        (with_service(loader="consent/none.js"), ["E007"]),
        ((GROUP, replace(GROUP, services=(replace(SERVICE, key="y"),))), ["E008"]),
        ((GROUP, replace(GROUP, key="other")), ["E008"]),
        (with_service(nobodys=""), ["E012"]),
        (with_service(nobodys="000x"), ["E012"]),
        (with_service(source=()), ["E013"]),
        (with_service(source=(), origins={}), []),
    ],
)
def test_each_fault_of_a_catalogue_is_named(groups, expected):
    faults = faults_in(groups)
    assert [fault.id for fault in faults] == [f"consent.{number}" for number in expected]
    assert all(fault.hint for fault in faults)


def test_a_service_that_no_group_offers_is_named():
    forgotten = replace(SERVICE, key="y", name="Y")
    found = in_no_group([SERVICE, forgotten, "no service"], (GROUP,))
    assert [(fault.id, fault.msg.split()[0]) for fault in found] == [("consent.E011", "Y")]


def test_the_shipped_catalogue_and_settings_are_sound():
    assert check_catalogue() == []
    assert check_settings() == []


def test_a_choice_lives_182_days_and_the_packages_log_is_off(settings):
    settings.COOKIE_CONSENT_MAX_AGE = 365 * 24 * 3600
    settings.COOKIE_CONSENT_LOG_ENABLED = True
    assert [fault.id for fault in check_settings()] == [
        "consent.E009", "consent.E010",
    ]  # fmt: skip
