"""When the worker looks whether the promises are kept."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from privacy.promises import registry
from privacy.promises.jobs import VERIFIED_VERSION, is_due, verify
from privacy.promises.models import PromiseResult
from privacy.promises.registry import Evidence
from tests.factories.promises import looks, make_result

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
THREE = NOON.replace(hour=3)


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
    ("now", "hours_ago", "due"),
    [
        (NOON, 9, False),
        (NOON, 21, False),
        (THREE, 9, False),
        (THREE, 21, True),
        (NOON, 31, True),
    ],
)
def test_it_is_due_each_night_and_at_the_latest_after_thirty_hours(verified, now, hours_ago, due):
    with time_machine.travel(now, tick=False):
        verified(now - timedelta(hours=hours_ago))
        assert is_due() is due


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
