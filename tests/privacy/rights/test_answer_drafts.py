"""The draft of an answer: what staff find written when they begin."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.rights import export_files, services
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Kind
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db


def test_before_it_was_shown_who_is_asking_nothing_is_drafted(ask):
    assert draft_answer(ask(Kind.ACCESS)) == ""


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        (Kind.RECTIFICATION, "We have corrected what you told us"),
        (Kind.RESTRICTION, "From now on we only store the following"),
        (Kind.OBJECTION, "We have stopped the use that you object to"),
        (Kind.WITHDRAWAL, "Your consent is withdrawn."),
        (Kind.COMPLAINT, "[Say what you found, and what you have done about it.]"),
        (Kind.QUESTION, "[Answer the question.]"),
    ],
)
def test_what_staff_did_themselves_is_left_for_them_to_say(proved, kind, begins):
    draft = draft_answer(proved(kind))
    assert draft.startswith(begins)
    assert "[" in draft


NOTHING = "No, we hold nothing about you besides this request."


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.ERASURE, Kind.PORTABILITY])
def test_of_a_stranger_we_hold_nothing_because_they_asked_and_we_wrote_back(
    proved, officer, kind, mails_to
):
    earlier = proved(kind, text="Once before.")
    services.extend(earlier, by=officer, reason="Much to do.")
    services.answer(earlier, by=officer, text="No.")
    request = proved(kind)
    export_files.make_export(request, by=officer)
    assert len(mails_to(STRANGER)) == 5
    assert draft_answer(request).startswith(NOTHING)


def test_a_mail_that_has_nothing_to_do_with_requests_is_something_held(proved):
    request = proved(Kind.ACCESS)
    EmailMessage("News", "We make chargers.", to=[STRANGER]).send()
    OutboxMail.objects.filter(subject="News").update(sent_at=timezone.now() - timedelta(days=1))
    draft = draft_answer(request)
    assert draft.startswith("Yes, we hold information about you:")
    assert [line for line in draft.splitlines() if line.startswith("- ")] == [
        "- Email to you, and log of email sent: 1"
    ]
