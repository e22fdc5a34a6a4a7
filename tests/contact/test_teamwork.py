"""Colleagues share an inbox: who answers, who waits, what belongs together."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from contact.models import ContactMessage
from contact.replies import receive_reply, save_draft, send_reply
from contact.services import (
    RefusedError,
    WrongState,
    answer_message,
    mark_spam,
    receive_message,
    release_from_quarantine,
)
from contact.teamwork import (
    add_note,
    assign,
    colleagues,
    merge,
    remind,
    separate,
    start_answering,
)
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(submission):
    """A second message of the same sender."""
    return receive_message(replace(submission, message="I have written twice."))


def states():
    return list(ContactMessage.objects.order_by("pk").values_list("state", flat=True))


def test_colleagues_are_the_staff_who_may_answer(staff):
    right = Permission.objects.get(codename="change_contactmessage")
    clerk = make_staff("clerk", is_superuser=False)
    clerk.user_permissions.add(right)
    make_staff("editor", is_superuser=False)
    make_staff("left", is_active=False)
    make_person("customer").user_permissions.add(right)

    assert list(colleagues()) == [clerk, staff]


def test_a_colleague_is_told_of_an_assignment_and_not_by_whose_message(waiting, staff, sent):
    clerk = make_staff("clerk")
    assign(waiting, by=staff, to=clerk)

    waiting.refresh_from_db()
    assert waiting.assigned_to == clerk
    told = ("clerk@company.test", f"Message {waiting.reference} is assigned to you")
    assert sent()[-1] == told


@pytest.mark.parametrize("to", ["self", "nobody", "no address"])
def test_nobody_is_told_of_what_is_no_news(waiting, staff, sent, to):
    nameless = make_staff("nameless", email="")
    person = {"self": staff, "nobody": None, "no address": nameless}[to]
    before = sent()
    assign(waiting, by=staff, to=person)

    waiting.refresh_from_db()
    assert waiting.assigned_to == person
    assert sent() == before


def test_a_note_is_kept_with_its_writer(waiting, staff):
    note = add_note(waiting, by=staff, text="Called twice.")

    assert list(waiting.notes.values_list("text", "by")) == [("Called twice.", staff.pk)]
    assert str(note) == f"Note {note.pk}"


def test_a_reminder_stands_until_it_is_taken_away(waiting):
    today = timezone.localdate()
    for day, found in ((today, 1), (today - timedelta(days=9), 1), (today + timedelta(days=1), 0)):
        remind(waiting, on=day)
        assert ContactMessage.objects.to_remember().count() == found
    remind(waiting, on=None)
    assert ContactMessage.objects.to_remember().count() == 0
    assert ContactMessage.objects.get().remind_on is None


def test_somebody_is_answering_for_half_an_hour(waiting, staff):
    start_answering(waiting, by=staff)

    waiting.refresh_from_db()
    left = waiting.being_answered_until - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert waiting.being_answered
    waiting.being_answered_until = timezone.now()
    assert not waiting.being_answered


def test_two_do_not_begin_at_once_but_nobody_is_kept_out(waiting, staff):
    clerk = make_staff("clerk")
    start_answering(waiting, by=staff)

    with pytest.raises(WrongState):
        start_answering(waiting, by=clerk)
    save_draft(waiting, by=clerk, text="Here it is.")
    waiting.refresh_from_db()
    assert waiting.being_answered_by == clerk


def test_nobody_begins_to_answer_what_is_answered(waiting, staff):
    answer_message(waiting, by=staff)

    with pytest.raises(WrongState):
        start_answering(waiting, by=staff)


def test_of_two_messages_one_waits_and_one_answer_closes_both(waiting, again, staff):
    merge(again, into=f" {waiting.reference.lower()} ")
    assert list(ContactMessage.objects.waiting()) == [waiting]

    save_draft(waiting, by=staff, text="Here it is.")
    send_reply(waiting, by=staff)

    assert states() == ["answered", "answered"]
    moments = set(ContactMessage.objects.values_list("answered_at", flat=True))
    assert len(moments) == 1
    receive_reply(waiting, text="No.", header_id="<1@fossil.test>", automatic=False)
    assert states() == ["waiting", "waiting"]


def test_spam_and_no_spam_are_so_with_their_doubles(waiting, again):
    merge(again, into=waiting.reference)
    mark_spam(waiting)
    assert states() == ["spam", "spam"]
    release_from_quarantine(waiting)
    assert states() == ["waiting", "waiting"]


def test_doubles_of_a_double_hang_on_the_one_that_stays(waiting, again, submission):
    third = receive_message(replace(submission, message="And a third time."))
    merge(third, into=again.reference)
    merge(again, into=waiting.reference)

    assert set(waiting.doubles.all()) == {again, third}


def test_a_double_is_answered_separated_or_judged_only_for_itself(waiting, again, staff):
    merge(again, into=waiting.reference)
    again.refresh_from_db()
    for act in (
        lambda: answer_message(again, by=staff),
        lambda: mark_spam(again),
        lambda: merge(again, into=waiting.reference),
        lambda: save_draft(again, by=staff, text="Here it is."),
    ):
        with pytest.raises(WrongState):
            act()
    separate(again)
    answer_message(again, by=staff)
    assert states() == ["waiting", "answered"]


def test_a_double_waits_again_when_the_message_that_stood_for_it_is_deleted(waiting, again):
    merge(again, into=waiting.reference)
    waiting.delete()

    assert list(ContactMessage.objects.waiting()) == [again]


@pytest.mark.parametrize("other", ["itself", "a stranger's", "answered", "unknown"])
def test_only_waiting_messages_of_one_sender_are_merged(waiting, again, submission, staff, other):
    stranger = receive_message(replace(submission, email="joseph@fossil.test"))
    answered = answer_message(receive_message(replace(submission, message="Done.")), by=staff)
    reference = {
        "itself": again.reference,
        "a stranger's": stranger.reference,
        "answered": answered.reference,
        "unknown": "2345678923",
    }[other]

    with pytest.raises(RefusedError, match="No other message from this address"):
        merge(again, into=reference)
    again.refresh_from_db()
    assert again.duplicate_of is None


def test_who_asked_to_be_contacted_does_not_vanish_behind_a_no(waiting, submission):
    no = receive_message(replace(submission, wants_contact=False, message="No need to call."))

    with pytest.raises(RefusedError, match="asks to be contacted"):
        merge(waiting, into=no.reference)
    merge(no, into=waiting.reference)
    assert list(ContactMessage.objects.waiting()) == [waiting]


def test_a_draft_does_not_vanish_behind_another_message(waiting, again, staff):
    save_draft(again, by=staff, text="Here it is.")

    with pytest.raises(RefusedError, match="is being written"):
        merge(again, into=waiting.reference)


def test_a_reminder_of_a_day_long_past_is_one(waiting):
    remind(waiting, on=date(2020, 1, 1))
    assert list(ContactMessage.objects.to_remember()) == [waiting]
