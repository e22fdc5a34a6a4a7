"""What the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contact.models import REFERENCE_SIGNS, ContactMessage, new_reference

pytestmark = pytest.mark.django_db

WHOLE = {"name": "A", "email": "a@b.test", "message": "Hello", "fingerprint": "f" * 64}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name": ""}, "contact_has_sender_and_text"),
        ({"email": ""}, "contact_has_sender_and_text"),
        ({"message": ""}, "contact_has_sender_and_text"),
        ({"message": "m" * 5001}, "contact_message_length"),
        ({"state": "lost"}, "contact_state_is_known"),
        ({"quarantined_because": "honeypot"}, "contact_held_is_spam"),
        ({"quarantined_because": "whim", "state": "spam"}, "contact_held_is_spam"),
        ({"state": "answered"}, "contact_answered_has_time"),
        ({"answered_at": timezone.now()}, "contact_answered_has_time"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ContactMessage.objects.create(**{**WHOLE, **change})

    assert ContactMessage.objects.count() == 0


def test_a_fingerprint_is_there_once_a_day():
    ContactMessage.objects.create(**WHOLE)

    with pytest.raises(IntegrityError), transaction.atomic():
        ContactMessage.objects.create(**WHOLE)
    ContactMessage.objects.create(**WHOLE, fingerprint_day="2026-03-05")

    assert ContactMessage.objects.count() == 2


def test_a_reference_is_short_and_never_the_same():
    references = {new_reference() for _ in range(1000)}

    assert len(references) == 1000
    assert {len(reference) for reference in references} == {10}
    assert set("".join(references)) == set(REFERENCE_SIGNS)
    assert len(REFERENCE_SIGNS) == 32


def test_its_name_tells_nothing_of_its_sender(waiting):
    assert str(waiting) == f"Message {waiting.reference}"


def test_no_column_knows_the_machine_of_the_sender():
    assert sorted(field.name for field in ContactMessage._meta.concrete_fields) == [
        "acknowledged_at",
        "alarmed_at",
        "announced_at",
        "answer_note",
        "answered_at",
        "answered_by",
        "assigned_to",
        "being_answered_by",
        "being_answered_until",
        "company",
        "duplicate_of",
        "email",
        "fingerprint",
        "fingerprint_day",
        "id",
        "message",
        "model",
        "name",
        "order_number",
        "phone",
        "quarantined_because",
        "received_at",
        "reference",
        "remind_on",
        "serial_number",
        "site",
        "state",
        "topic",
        "wants_contact",
    ]
