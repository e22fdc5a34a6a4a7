"""A message comes in once, is answered or judged by people, and goes when its time is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.utils import timezone

from contact import services
from contact.models import ContactMessage
from contact.services import (
    WrongState,
    announce_held_messages,
    answer_message,
    mark_spam,
    receive_message,
    release_from_quarantine,
)
from tests.factories.people import make_staff

WEBMASTER = "webmaster@company.test"
SENDER = "mary@fossil.test"
pytestmark = pytest.mark.django_db


def mail_of(message):
    return (WEBMASTER, f"Message {message.reference} from the website")


ACKNOWLEDGEMENT = (SENDER, "We have your message")
FLOOD = (WEBMASTER, "Messages are held: far more than usual are coming in")
HELD = (WEBMASTER, "Messages held as suspected spam")


def test_a_message_is_stored_as_typed_and_mailed(submission, sent):
    message = receive_message(submission)

    stored = ContactMessage.objects.get()
    assert stored == message
    assert (stored.name, stored.email, stored.phone, stored.message, stored.wants_contact) == (
        submission.name,
        submission.email,
        submission.phone,
        submission.message,
        True,
    )
    assert (stored.topic, stored.state, stored.quarantined_because) == ("webmaster", "waiting", "")
    assert stored.announced_at is not None
    assert stored.acknowledged_at is not None
    assert sent() == [mail_of(message), ACKNOWLEDGEMENT]


def test_who_does_not_want_to_be_contacted_gets_no_mail(submission, sent):
    message = receive_message(replace(submission, wants_contact=False))

    assert message.acknowledged_at is None
    assert sent() == [mail_of(message)]


def test_the_same_content_twice_is_one_message_with_one_mail(submission, sent):
    first = receive_message(submission)
    again = receive_message(
        replace(submission, message=f" {submission.message}\n", email=SENDER.upper())
    )

    assert again == first
    assert ContactMessage.objects.count() == 1
    assert sent() == [mail_of(first), ACKNOWLEDGEMENT]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Joseph Anning"},
        {"email": "joseph@fossil.test"},
        {"phone": ""},
        {"message": "Something else."},
        {"wants_contact": False},
    ],
)
def test_anything_else_is_a_message_of_its_own(submission, change):
    receive_message(submission)
    receive_message(replace(submission, **change))

    assert ContactMessage.objects.count() == 2


def test_midnight_does_not_make_a_repeat_a_second_message(submission):
    with time_machine.travel(datetime(2026, 3, 5, 6, 59, 59, tzinfo=UTC), tick=False) as clock:
        receive_message(submission)
        clock.shift(2)  # 00:00:01 in Denver
        receive_message(submission)
        assert ContactMessage.objects.count() == 1
        clock.shift(timedelta(hours=24))
        receive_message(submission)

    assert ContactMessage.objects.count() == 2


def test_an_address_is_told_once_a_day(submission, sent):
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False) as clock:
        for number in range(3):
            receive_message(replace(submission, message=f"Letter {number}"))
        assert [to for to, _ in sent()].count(SENDER) == 1
        clock.shift(timedelta(hours=24))
        receive_message(replace(submission, message="Letter 3"))

    assert [to for to, _ in sent()].count(SENDER) == 2
    assert [to for to, _ in sent()].count(WEBMASTER) == 4


def test_the_fingerprint_needs_the_key(submission, settings):
    before = submission.fingerprint
    settings.SECRET_KEY = "another-secret-key-of-more-than-32-characters"

    assert submission.fingerprint != before


def test_a_trapped_message_is_held_for_a_person(submission, sent):
    message = receive_message(submission, trapped=True)

    assert (message.state, message.quarantined_because) == ("spam", "honeypot")
    assert message.message == submission.message
    assert (message.announced_at, message.acknowledged_at) == (None, None)
    assert sent() == []


@pytest.mark.parametrize(("links", "reason"), [(5, ""), (6, "links")])
def test_many_links_hold_a_message(submission, links, reason):
    text = " ".join(["https://pills.test/", "HTTP://pills.test/", "[url=pills]"] * 2)
    text = " ".join(text.split()[:links])

    message = receive_message(replace(submission, message=f"Look: {text}"))

    assert message.quarantined_because == reason


def test_a_flood_is_held_and_not_mailed(submission, sent, monkeypatch):
    monkeypatch.setattr(services, "DELIVERED_PER_HOUR", 2)
    quiet = replace(submission, wants_contact=False)
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False) as clock:
        reasons = [
            receive_message(replace(quiet, message=f"Letter {n}")).quarantined_because
            for n in range(4)
        ]
        assert reasons == ["", "", "limit", "limit"]
        # Staff are told at once, and once.
        assert sent()[2:] == [FLOOD]
        announce_held_messages()
        assert sent()[3:] == [HELD]
        clock.shift(timedelta(hours=1))
        again = receive_message(replace(quiet, message="Letter 3"))

    assert (again.state, again.quarantined_because) == ("waiting", "")
    assert ContactMessage.objects.count() == 4


def test_a_held_message_sent_again_without_the_trap_is_delivered(held, submission, sent):
    message = receive_message(submission)

    assert message == held
    assert (message.state, message.quarantined_because) == ("waiting", "")
    assert ContactMessage.objects.count() == 1
    assert sent() == [mail_of(held)]


def test_a_held_message_sent_again_with_the_trap_stays_held(held, submission, sent):
    assert receive_message(submission, trapped=True) == held

    held.refresh_from_db()
    assert held.quarantined_because == "honeypot"
    assert sent() == []


def test_a_repeat_does_not_undo_what_a_person_decided(waiting, submission, sent):
    mark_spam(waiting)
    before = sent()

    assert receive_message(submission).state == "spam"
    assert sent() == before


def test_an_answer_names_who_when_and_how(waiting):
    staff = make_staff()
    before = timezone.now()

    message = answer_message(waiting, by=staff, note="Sent the data sheet.")

    message.refresh_from_db()
    assert (message.state, message.answered_by, message.answer_note) == (
        "answered",
        staff,
        "Sent the data sheet.",
    )
    assert message.answered_at is not None
    assert before <= message.answered_at <= timezone.now()


def test_the_second_of_two_colleagues_is_told(waiting):
    first, second = make_staff("grace"), make_staff("alan")
    answer_message(waiting, by=first, note="Done.")

    with pytest.raises(WrongState):
        answer_message(waiting, by=second, note="Done, too.")
    with pytest.raises(WrongState):
        mark_spam(waiting)
    with pytest.raises(WrongState):
        release_from_quarantine(waiting)

    waiting.refresh_from_db()
    assert (waiting.answered_by, waiting.answer_note) == (first, "Done.")


def test_an_answer_outlives_the_account_of_its_author(waiting):
    staff = make_staff()
    answer_message(waiting, by=staff)

    get_user_model().objects.filter(pk=staff.pk).delete()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.answered_by) == ("answered", None)


def test_a_released_message_is_mailed_to_the_webmaster_alone(held, sent):
    message = release_from_quarantine(held)

    assert (message.state, message.quarantined_because) == ("waiting", "")
    assert message.announced_at is not None
    assert sent() == [mail_of(held)]


def test_what_was_mailed_when_it_came_is_not_mailed_again(waiting, sent):
    before = sent()
    mark_spam(waiting)

    assert release_from_quarantine(waiting).state == "waiting"
    assert sent() == before


def test_the_webmaster_is_told_once_of_what_is_held(submission, sent):
    receive_message(submission, trapped=True)
    receive_message(replace(submission, message="Another letter."), trapped=True)

    assert (announce_held_messages(), announce_held_messages()) == (2, 0)
    assert sent() == [HELD]
    receive_message(replace(submission, message="A third letter."), trapped=True)
    assert announce_held_messages() == 1
    assert sent() == [HELD, HELD]


def test_no_word_is_said_when_nothing_is_held(waiting, sent):
    before = sent()

    assert announce_held_messages() == 0
    assert sent() == before


def test_a_mail_that_cannot_be_stored_takes_the_message_with_it(submission, monkeypatch):
    def full(backend, mails):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("outbox.backend.OutboxBackend.send_messages", full)

    with pytest.raises(OperationalError):
        receive_message(submission)

    assert ContactMessage.objects.count() == 0


def test_who_sends_the_same_at_the_same_moment_finds_it_stored(submission, sent, monkeypatch):
    first = receive_message(submission)
    before = sent()
    monkeypatch.setattr(services, "_sent_before", lambda submission: None)
    assert receive_message(submission) == first
    assert (ContactMessage.objects.count(), sent()) == (1, before)
