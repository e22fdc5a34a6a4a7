"""The day of an answer is compared with the list of the desk, which the database keeps as it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit_log.models import AuditEntry
from contact import promises_of_periods as looks
from contact.message_steps import STEPS
from contact.models import ContactMessage
from privacy.promises.registry import PromiseBroken

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def answered(name: str, at, **more) -> ContactMessage:
    return ContactMessage.objects.create(
        name=name, email="ann@example.com", message="Hello", fingerprint=name * 64,
        state="answered", answered_at=at, **more,
    )  # fmt: skip


def noted(message: ContactMessage, at, did: str = "Marked as answered.") -> None:
    AuditEntry.objects.create(
        kind="changed", did=did, table="contact.ContactMessage", row=str(message.pk), place="/",
        at=at,
    )  # fmt: skip


def test_answers_and_what_they_double_bear_the_day_that_was_noted():
    now = timezone.now()
    first, alone = answered("a", now), answered("b", now - A_DAY)
    answered("c", now, duplicate_of=first)
    noted(first, now - A_DAY, "Reply sent.")  # and opened again
    noted(first, now)
    noted(alone, now, "Noted.")
    assert looks._days_are_those_that_were_noted() == 2


def test_a_double_that_was_let_go_keeps_the_time_of_what_it_doubled():
    now = timezone.now()
    noted(answered("a", now), now)  # the one that it doubled
    noted(answered("b", now), now - 9 * A_DAY)  # which it was then answered with, once more
    assert looks._days_are_those_that_were_noted() == 2


@pytest.mark.parametrize("moved", [-A_DAY, A_DAY])
def test_an_answer_that_was_moved_is_found(moved):
    now = timezone.now()
    noted(answered("a", now + moved), now)
    with pytest.raises(PromiseBroken, match="another day of its answer"):
        looks._days_are_those_that_were_noted()


def test_the_words_looked_for_are_those_by_which_steps_close_a_message():
    said = {step.slug: step.done for step in STEPS}
    assert {said["answer"], said["send"]} == set(looks.CLOSED_BY)
