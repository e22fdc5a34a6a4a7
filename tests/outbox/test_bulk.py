"""Mails to many: what a room says of its own is asked, and it is told what became of them."""

from collections.abc import Callable
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from pytest_django import Settings

from outbox import bulk, services
from outbox.models import MOST_TRIES, OutboxMail

Store = Callable[..., OutboxMail]
UNKNOWN = SMTPRecipientsRefused({"ann@example.com": (550, b"5.1.1 unknown")})
FULL = SMTPRecipientsRefused({"ann@example.com": (452, b"4.2.2 full")})


class Room:
    """A room that writes to many, and notes what it is asked and told."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.gone: set[str] = set()
        self.heard: list[Any] = []

    def failed(self, mail: OutboxMail, status: str, *, last: bool) -> bool:
        self.heard.append((status, last))
        return last or status == "5.1.1"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """Register a room for the time of a test."""
    monkeypatch.setattr(bulk, "_registry", dict(bulk._registry))
    room = Room()
    bulk.register_bulk(
        "letters",
        bulk.Bulk(
            waits=lambda: room.held,
            may_leave=lambda mail: mail.recipient not in room.gone,
            sent=lambda mail: room.heard.append(mail.recipient),
            failed=room.failed,
        ),
    )
    return room


def test_a_purpose_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        bulk.register_bulk("notice", bulk.Bulk(waits=lambda: ["a"]))
    assert bulk.register_bulk("notice", bulk.Bulk()) == "notice"


def test_mails_to_one_go_first_whatever_their_purpose_is_called(room: Room, store: Store) -> None:
    letter = store("a@example.com", X_Purpose="letters")
    notice = store("b@example.com", X_Purpose="notice")
    others = [store(f"{p}@example.com", X_Purpose=p) for p in ("a-letter", "message", "service")]
    claimed = [services.claim_next() for _ in range(5)]
    assert claimed == [*others, letter, notice]


def test_all_mails_to_many_share_the_cap(room: Room, store: Store, settings: Settings) -> None:
    settings.OUTBOX_HOURLY_CAP = 1
    letter = store("a@example.com", X_Purpose="letters")
    store("b@example.com", X_Purpose="notice")
    assert services.claim_next() == letter
    assert services.claim_next() is None


def test_what_is_held_back_waits_until_it_is_no_longer_held(room: Room, store: Store) -> None:
    held = store("a@example.com", X_Purpose="letters", X_Dedupe_Key="first")
    free = store("b@example.com", X_Purpose="letters", X_Dedupe_Key="second")
    room.held = ["first"]
    assert [services.claim_next(), services.claim_next()] == [free, None]
    room.held = []
    assert services.claim_next() == held


def test_a_mail_that_may_not_leave_is_gone_and_the_next_one_is_taken(
    room: Room, store: Store
) -> None:
    store("a@example.com", X_Purpose="letters")
    last = store("b@example.com", X_Purpose="letters")
    room.gone = {"a@example.com"}
    assert services.claim_next() == last
    assert list(OutboxMail.objects.all()) == [last]


def test_the_room_is_told_of_what_was_sent(room: Room, store: Store) -> None:
    store("a@example.com", X_Purpose="letters")
    mail = services.claim_next()
    assert mail is not None
    services.record_sent(mail)
    assert room.heard == ["a@example.com"]


def test_the_room_says_what_is_the_end_of_a_mail(room: Room, store: Store) -> None:
    store("a@example.com", X_Purpose="letters")
    for attempt in range(1, MOST_TRIES + 1):
        OutboxMail.objects.update(attempts=attempt - 1, lease_until=None, claim="")
        OutboxMail.objects.update(due_at=OutboxMail.objects.get().created_at)
        mail = services.claim_next()
        assert mail is not None
        services.record_failure(mail, error=FULL)
    assert room.heard == [("4.2.2", False)] * (MOST_TRIES - 1) + [("4.2.2", True)]
    assert not OutboxMail.objects.exists()
    store("a@example.com", X_Purpose="letters")
    mail = services.claim_next()
    assert mail is not None
    services.record_failure(mail, error=UNKNOWN)
    assert room.heard[-1] == ("5.1.1", False)
    assert not OutboxMail.objects.exists()


def test_a_notice_is_tried_as_often_as_any_other_mail_and_then_parked(store: Store) -> None:
    store("a@example.com", X_Purpose="notice")
    OutboxMail.objects.update(attempts=MOST_TRIES - 1)
    mail = services.claim_next()
    assert mail is not None
    services.record_failure(mail, error=UNKNOWN)
    assert OutboxMail.objects.get().state == "parked"
