"""Bounces: a mailbox that does not exist is parked at once, one that is full after five in 14 days."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from newsletter.bounces import is_hard, reader_at, record_bounce, return_path, unpark

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "hard"),
    [("5.1.7", False), ("5.1.8", False), ("5.1.1", True), ("5.1.10", True), ("5.7.1", False), ("4.1.1", False), ("5.2.2", False),
     ("5.11.1", False), ("", False)],
)  # fmt: skip
def test_a_hard_bounce_says_that_there_is_no_such_mailbox(status, hard):
    assert is_hard(status) is hard


@pytest.mark.parametrize(
    ("days", "parked"),
    [
        ((0, 0, 0, 0), ""),
        ((0, 0, 0, 0, 0), "soft-bounces"),
        ((0, 3, 6, 9, 14), "soft-bounces"),
        ((0, 3, 6, 9, 15), ""),
        ((0, 15, 16, 17, 18, 19), "soft-bounces"),
    ],
)
def test_soft_bounces_park_after_five_in_14_days(reader, days, parked):
    ann, start = reader(), timezone.now()
    for day in days:
        with time_machine.travel(start + timedelta(days=day), tick=False):
            record_bounce("ANN@example.com".lower(), hard=False)
    ann.refresh_from_db()
    assert ann.parked_because == parked
    assert (ann.parked_at is not None) is bool(parked)


def test_a_hard_bounce_parks_at_once_and_the_reason_stays(reader):
    ann = reader()
    record_bounce("ann@example.com", hard=True)
    record_bounce("ann@example.com", hard=False)
    ann.refresh_from_db()
    assert (ann.parked_because, ann.soft_bounces) == ("hard-bounce", 0)
    unpark(ann)
    ann.refresh_from_db()
    assert (ann.parked_because, ann.parked_at) == ("", None)


def test_a_bounce_of_nobody_changes_nothing(reader):
    ann = reader()
    record_bounce("ben@example.com", hard=True)
    ann.refresh_from_db()
    assert ann.parked_at is None


def test_an_address_for_reports_leads_to_its_reader_and_cannot_be_made_up(reader, settings):
    ann, ben = reader("a@example.com"), reader("b@example.com")
    assert return_path(ann) == ""
    settings.NEWSLETTER_BOUNCES_TO = "bounces@company.test"
    address = return_path(ann)
    assert reader_at(address) == ann
    forged = address.replace(f"+{ann.pk}-", f"+{ben.pk}-")
    assert [reader_at(one) for one in (forged, "bounces@company.test", "")] == [None] * 3
    ann.delete()
    assert reader_at(address) is None
