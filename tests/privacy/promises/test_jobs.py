"""When the worker looks whether the promises are kept."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from privacy.promises import registry
from privacy.promises.jobs import VERIFIED_VERSION, is_due, verify
from privacy.promises.models import PromiseResult
from privacy.promises.registry import Evidence, Look
from tests.factories.promises import looks, make_result

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())


def moment(words: str) -> datetime:
    zone = timezone.get_default_timezone()
    return datetime.strptime(f"2026-11-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


def look(site):
    return Evidence("seen")


@pytest.fixture
def verified(monkeypatch, settings):
    """A site whose promises were checked some hours ago, by this code."""
    mine = {"policy.last-updated": looks(look)}
    monkeypatch.setattr(registry, "_checks", mine)
    monkeypatch.setattr("privacy.promises.services.discover", lambda: None)

    def at(moment: datetime, version: str = "") -> None:
        PromiseResult.objects.all().delete()
        make_result("policy.last-updated", checked_at=moment)
        cache.set(VERIFIED_VERSION, version or settings.VERSION, timeout=None)

    yield at
    cache.delete(VERIFIED_VERSION)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("22 03:00", "22 23:59", False),
        ("22 03:00", "23 00:59", False),
        ("22 03:00", "23 01:00", True),
        ("22 03:00", "23 17:00", True),
        ("22 23:50", "23 01:00", True),
        ("23 00:10", "23 01:00", False),
    ],
)
def test_it_is_due_on_each_day_from_one_in_the_night_on(verified, last, now, due):
    with time_machine.travel(moment(now), tick=False):
        verified(moment(last))
        assert is_due() is due


def test_what_was_looked_at_by_hand_or_from_outside_is_no_whole_run(verified):
    with time_machine.travel(moment("23 03:00"), tick=False):
        verified(moment("22 03:00"))
        make_result("policy.breadcrumb", checked_at=moment("23 02:00"))
        assert is_due() is True
        PromiseResult.objects.filter(claim_id="policy.last-updated").delete()
        make_result("a.b", look=Look.OUTSIDE, checked_at=moment("20 02:00"))
        assert is_due() is False
        PromiseResult.objects.exclude(look=Look.OUTSIDE).delete()
        assert is_due() is True


def test_it_is_due_after_a_deployment_and_at_the_very_first_start(verified):
    with time_machine.travel(NOON, tick=False):
        verified(NOON - timedelta(hours=1), version="0.0.0")
        assert is_due() is True
        PromiseResult.objects.all().delete()
        assert is_due() is True


def test_a_run_notes_the_code_that_was_checked(verified):
    with time_machine.travel(NOON, tick=False):
        verified(NOON - timedelta(hours=1), version="0.0.0")
        assert (is_due(), verify(), is_due()) == (True, 1, False)
