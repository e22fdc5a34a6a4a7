"""What Django's mail API does on this site: it stores, and it stores well."""

import email
import email.policy

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins, send_mail
from django.core.mail.message import BadHeaderError
from django.db import transaction
from pytest_django import Settings

from outbox.models import OutboxMail

pytestmark = pytest.mark.django_db


def test_mail_is_stored_and_not_sent(settings: Settings, mailoutbox: list[object]) -> None:
    assert send_mail("Hello", "Text", "site@company.test", ["ann@example.com"]) == 1
    row = OutboxMail.objects.get()
    assert (row.subject, row.recipient, row.sender) == (
        "Hello",
        "ann@example.com",
        "site@company.test",
    )
    assert (row.state, row.attempts, row.purpose, row.dedupe_key) == ("waiting", 0, "service", None)
    assert mailoutbox == []


def test_no_request_waits_for_a_mail_server(settings: Settings) -> None:
    """Sockets are off in this suite: a backend that opened one would raise here."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    assert send_mail("Hello", "Text", None, ["ann@example.com"]) == 1
    assert OutboxMail.objects.count() == 1


class ChangedMyMindError(Exception):
    """Rolls a transaction back."""


def test_rollback_takes_the_mail_with_it() -> None:
    with pytest.raises(ChangedMyMindError), transaction.atomic():
        send_mail("Hello", "Text", None, ["ann@example.com"])
        assert OutboxMail.objects.count() == 1
        raise ChangedMyMindError
    assert OutboxMail.objects.count() == 0


def test_headers_attachment_and_alternative_are_kept() -> None:
    message = EmailMultiAlternatives(
        "Größe – ✓",
        "Plain text with ümlauts\n.\na line that is a full stop stands above",
        "Acme <site@company.test>",
        ["Ann <ann@example.com>"],
        reply_to=["visitor@example.org"],
        headers={"List-Unsubscribe": "<https://company.test/u/1>", "X-Purpose": "newsletter"},
    )
    message.attach_alternative("<p>HTML</p>", "text/html")
    message.attach("manual.pdf", b"%PDF-\x00\xff", "application/pdf")
    message.send()

    row = OutboxMail.objects.get()
    parsed = email.message_from_bytes(bytes(row.message), policy=email.policy.default)
    assert parsed["Subject"] == "Größe – ✓"
    assert parsed["From"] == "Acme <site@company.test>"
    assert parsed["To"] == "Ann <ann@example.com>"
    assert parsed["Reply-To"] == "visitor@example.org"
    assert parsed["List-Unsubscribe"] == "<https://company.test/u/1>"
    assert parsed["Message-ID"] == row.message_id
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines()[:2] == ["Plain text with ümlauts", "."]
    assert html.get_content().strip() == "<p>HTML</p>"
    assert [(a.get_filename(), a.get_content()) for a in parsed.iter_attachments()] == [
        ("manual.pdf", b"%PDF-\x00\xff")
    ]
    assert (row.recipient, row.purpose) == ("ann@example.com", "newsletter")
    assert parsed["X-Purpose"] is None
    # The caller's message is as it was.
    assert message.extra_headers["X-Purpose"] == "newsletter"
    assert "Message-ID" not in message.extra_headers


def test_every_line_ends_as_smtp_wants_it() -> None:
    send_mail("Hello", "one\ntwo\r\nthree", None, ["ann@example.com"])
    raw = bytes(OutboxMail.objects.get().message)
    assert raw.count(b"\n") == raw.count(b"\r\n") > 3


def test_one_row_for_each_recipient_and_blind_copies_stay_blind() -> None:
    EmailMessage(
        "Hello", "Text", None, ["ann@example.com", "Ann@Example.com"], bcc=["bob@example.com"]
    ).send()
    rows = OutboxMail.objects.order_by("pk")
    assert [row.recipient.lower() for row in rows] == ["ann@example.com", "bob@example.com"]
    assert len({row.message_id for row in rows}) == 1
    assert b"bob@example.com" not in bytes(rows[1].message)


def test_message_id_names_the_site_and_not_the_machine() -> None:
    send_mail("Hello", "Text", None, ["ann@example.com"])
    assert OutboxMail.objects.get().message_id.endswith("@testserver>")


def test_callers_message_id_is_kept() -> None:
    EmailMessage(
        "S", "B", to=["a@example.com"], headers={"message-id": "<mine@company.test>"}
    ).send()
    row = OutboxMail.objects.get()
    assert row.message_id == "<mine@company.test>"
    assert bytes(row.message).lower().count(b"message-id:") == 1


@pytest.mark.parametrize("subject", ["Hello\nBcc: all@example.com", "Hello\r\nX: y"])
def test_header_injection_is_a_value_error_and_stores_nothing(subject: str) -> None:
    with pytest.raises(BadHeaderError) as caught:
        send_mail(subject, "Text", None, ["ann@example.com"])
    assert isinstance(caught.value, ValueError)
    assert OutboxMail.objects.count() == 0


def test_purpose_must_be_a_slug() -> None:
    with pytest.raises(ValueError, match="X-Purpose"):
        EmailMessage("S", "B", to=["a@example.com"], headers={"X-Purpose": "Two words"}).send()
    assert OutboxMail.objects.count() == 0


def test_dedupe_key_stores_once_for_each_recipient() -> None:
    def announce(*recipients: str) -> None:
        for recipient in recipients:
            EmailMessage(
                "New policy", "B", to=[recipient], headers={"X-Dedupe-Key": "privacy:3"}
            ).send()

    announce("ann@example.com", "bob@example.com")
    announce("Ann@example.com", "bob@example.com", "cyd@example.com")
    assert sorted(OutboxMail.objects.values_list("recipient", flat=True)) == [
        "ann@example.com",
        "bob@example.com",
        "cyd@example.com",
    ]
    assert b"X-Dedupe-Key" not in bytes(OutboxMail.objects.earliest("pk").message)


def test_mails_of_django_itself_are_stored_too(settings: Settings) -> None:
    settings.ADMINS = [("Admin", "admin@example.com")]
    mail_admins("Trouble", "Text")
    assert OutboxMail.objects.get().recipient == "admin@example.com"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "auto-generated"),
        ({"Auto-Submitted": "auto-replied"}, "auto-replied"),
        ({"auto-submitted": "no"}, "no"),
        ({"X-Purpose": "notice"}, "auto-generated"),
    ],
)
def test_every_mail_says_that_a_program_sends_it_unless_it_says_more(headers, expected):
    EmailMessage("S", "B", to=["ada@customer.test"], headers=headers).send()
    message = OutboxMail.objects.get().as_message().message()
    assert message.get_all("Auto-Submitted") == [expected]
