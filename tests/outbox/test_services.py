"""A stored mail's life: claimed, sent or tried again, parked, forgotten."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from outbox import services
from outbox.models import OutboxMail, OutboxMailQuerySet

Store = Callable[..., OutboxMail]
ERROR = SMTPRecipientsRefused({"ann@example.com": (550, b"ann@example.com is unknown")})


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until the test moves it."""
    with time_machine.travel(timezone.now(), tick=False) as moving:
        yield moving


def test_nothing_to_claim(db: None) -> None:
    assert services.claim_next() is None


def test_a_claimed_mail_is_nobody_elses(store: Store) -> None:
    row = store()
    assert services.claim_next() == row
    assert services.claim_next() is None


def test_claim_lapses_and_the_mail_keeps_its_name(
    store: Store, clock: time_machine.Traveller
) -> None:
    store()
    first = services.claim_next()
    clock.shift(timedelta(minutes=5) - timedelta(seconds=1))
    assert services.claim_next() is None
    clock.shift(timedelta(seconds=1))
    second = services.claim_next()
    assert first is not None
    assert second is not None
    assert (second.pk, second.message_id, second.attempts) == (first.pk, first.message_id, 2)
    assert second.claim != first.claim
    assert bytes(second.message) == bytes(first.message)


def test_a_mail_that_another_worker_claims_between_look_and_lock_is_left_to_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store()
    rows = type(OutboxMail.objects.all())
    look = rows.exists

    def look_and_be_overtaken(queue: OutboxMailQuerySet) -> bool:
        found = look(queue)
        monkeypatch.setattr(rows, "exists", look)
        assert services.claim_next() == row
        return found

    monkeypatch.setattr(rows, "exists", look_and_be_overtaken)
    assert services.claim_next() is None
    row.refresh_from_db()
    assert row.attempts == 1


def test_oldest_first_and_notices_last(store: Store) -> None:
    notice = store("a@example.com", X_Purpose="notice")
    reset = store("b@example.com")
    farewell = store("c@example.com", X_Purpose="farewell")
    assert [services.claim_next() for _ in range(3)] == [reset, farewell, notice]


def test_hourly_cap_holds_back_notices_alone(
    store: Store, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.OUTBOX_HOURLY_CAP = 2
    notices = [store(f"n{n}@example.com", X_Purpose="notice") for n in range(3)]
    first = services.claim_next()
    assert first == notices[0]
    services.record_sent(first)
    assert services.claim_next() == notices[1]  # in hand: counts as well
    assert services.claim_next() is None
    reset = store("b@example.com")
    assert services.claim_next() == reset
    clock.shift(timedelta(hours=1))
    assert services.claim_next() == reset  # all leases have lapsed
    assert services.claim_next() == notices[1]  # the first went out an hour ago
    assert services.claim_next() == notices[2]
    assert services.claim_next() is None


def test_waits_double_and_the_eighth_failure_parks(
    store: Store, clock: time_machine.Traveller
) -> None:
    row = store()
    waits = []
    for _ in range(8):
        held = services.claim_next()
        assert held is not None
        services.record_failure(held, error=ERROR)
        row.refresh_from_db()
        waits.append((row.due_at - timezone.now()).total_seconds())
        clock.move_to(max(row.due_at, timezone.now()))
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 0]
    assert (row.state, row.attempts, row.claim, row.lease_until) == ("parked", 8, "", None)
    assert row.last_error == "SMTPRecipientsRefused 550"
    assert bytes(row.message) != b""
    clock.shift(timedelta(days=365))
    assert services.claim_next() is None


def test_mail_that_kills_its_workers_is_parked(store: Store, clock: time_machine.Traveller) -> None:
    row = store()
    for _ in range(8):
        assert services.claim_next() == row
        assert services.park_lost() == 0
        clock.shift(timedelta(minutes=5))
    assert services.claim_next() is None
    assert services.park_lost() == 1
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("parked", "WorkerLost")


def test_late_failure_changes_nothing_for_the_new_holder(
    store: Store, clock: time_machine.Traveller
) -> None:
    row = store()
    slow = services.claim_next()
    clock.shift(timedelta(minutes=6))
    quick = services.claim_next()
    assert slow is not None
    assert quick is not None
    services.record_failure(slow, error=ERROR)
    row.refresh_from_db()
    assert (row.claim, row.last_error) == (quick.claim, "")
    services.record_sent(slow)
    services.record_failure(quick, error=ERROR)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("sent", "")


def test_sent_mail_says_nothing_any_more(store: Store) -> None:
    row = store()
    held = services.claim_next()
    assert held is not None
    services.record_sent(held)
    row.refresh_from_db()
    assert (bytes(row.message), row.state, row.claim, row.lease_until) == (b"", "sent", "", None)
    assert (row.subject, row.recipient) == ("Subject", "ann@example.com")


def test_farewell_leaves_no_row(store: Store) -> None:
    store(X_Purpose="farewell")
    held = services.claim_next()
    assert held is not None
    services.record_sent(held)
    assert OutboxMail.objects.count() == 0


def test_release_gives_the_try_back(store: Store) -> None:
    row = store()
    held = services.claim_next()
    assert held is not None
    services.release_mail(held, error=ConnectionRefusedError("127.0.0.1"))
    row.refresh_from_db()
    assert (row.attempts, row.lease_until, row.last_error) == (0, None, "ConnectionRefusedError")
    assert services.claim_next() == row


def test_parked_mail_gets_all_its_tries_again(store: Store) -> None:
    row = store()
    OutboxMail.objects.update(parked_at=timezone.now(), attempts=8)
    other = store("bob@example.com")
    assert services.retry_parked(OutboxMail.objects.all()) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert {services.claim_next(), services.claim_next()} == {row, other}


def test_no_mail_is_both_sent_and_parked(store: Store) -> None:
    store()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMail.objects.update(sent_at=timezone.now(), parked_at=timezone.now())


@pytest.mark.only_on("sqlite")
def test_next_mail_is_found_by_an_index_however_many_notices_wait(db: None) -> None:
    OutboxMail.objects.bulk_create(
        OutboxMail(
            message_id=f"<{number}@x>",
            purpose="notice",
            sender="s@x.test",
            recipient=f"p{number}@x.test",
            subject="s",
            message=b"m",
        )
        for number in range(300)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for queue in services.queues(timezone.now()):
        assert "SEARCH outbox_outboxmail USING INDEX outbox_waiting (purpose" in queue.explain()


@pytest.mark.parametrize("purpose", ["desk", "service"])
def test_whatever_else_waits_goes_before_notices(store: Store, purpose: str) -> None:
    store("first@example.com", X_Purpose="notice")
    store("second@example.com", X_Purpose=purpose)
    claimed = [services.claim_next() for _ in range(3)]
    assert [mail and mail.recipient for mail in claimed] == [
        "second@example.com",
        "first@example.com",
        None,
    ]
