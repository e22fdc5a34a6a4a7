"""The mails of the room: what they say, to whom, and what never gets into them."""

from dataclasses import replace

import pytest

from contact.mails import acknowledgement_mail, flood_mail, held_mail, message_mail
from contact.services import receive_message
from outbox.models import OutboxMail
from privacy.datamap.erasure import erase
from privacy.datamap.subjects import by_address

pytestmark = pytest.mark.django_db


def test_the_webmaster_can_answer_who_asked_to_be_contacted(waiting):
    mail = message_mail(waiting)
    head, _, text = mail.body.partition("The message:\n\n")

    assert mail.to == ["webmaster@company.test"]
    assert mail.reply_to == ["mary@fossil.test"]
    assert "Name: Mary Anning\n" in head
    assert "Email: mary@fossil.test\n" in head
    assert "Phone: +44 1297 443370\n" in head
    assert f"https://testserver/admin/contact/contactmessage/{waiting.pk}/change/" in head
    assert text.strip() == waiting.message


def test_who_did_not_ask_cannot_be_answered(submission):
    message = receive_message(replace(submission, wants_contact=False))
    mail = message_mail(message)

    assert mail.reply_to == []
    assert "Wants to be contacted: no" in mail.body
    whole = mail.message().as_string()
    for secret in ("mary@fossil.test", "443370"):
        assert secret in f"{message.email} {message.phone}"
        assert secret not in whole


def test_headers_hold_nothing_that_was_typed(submission):
    message = receive_message(
        replace(submission, name="Viagra <b>now</b>", message="{{ secret }} {% now 'Y' %} <b>&amp;")
    )
    mail = message_mail(message)

    assert mail.subject == f"Message {message.reference} from the website"
    assert [k for k, v in mail.message().items() if "Viagra" in v or "Anning" in v] == []
    assert "{{ secret }} {% now 'Y' %} <b>&amp;" in mail.body
    assert "Name: Viagra <b>now</b>\n" in mail.body
    assert mail.content_subtype == "plain"


def test_the_acknowledgement_repeats_nothing_that_was_typed(waiting):
    mail = acknowledgement_mail(waiting)

    assert mail.to == ["mary@fossil.test"]
    assert mail.extra_headers == {
        "Message-ID": f"<message.{waiting.reference}@testserver>",
        "Auto-Submitted": "auto-replied",
        "X-Purpose": "message",
    }
    assert waiting.reference in mail.body
    for typed in (waiting.name, waiting.message.split("\n")[0], waiting.phone, waiting.email):
        assert typed not in mail.body


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 message was held"), (3, "3 messages were held")]
)
def test_held_messages_are_told_by_number_only(count, words):
    mail = held_mail(count)

    assert mail.to == ["webmaster@company.test"]
    assert words in mail.body
    assert "https://testserver/admin/contact/contactmessage/?inbox=held" in mail.body


def test_mail_about_a_flood_says_why_messages_are_held_and_where_they_are():
    mail = flood_mail(60)
    assert "60 messages came in" in mail.body
    assert "https://testserver/admin/contact/contactmessage/?inbox=held" in mail.body


def test_an_erasure_takes_along_the_waiting_mail_that_gives_no_address(submission):
    message = receive_message(replace(submission, wants_contact=False))
    brings = OutboxMail.objects.filter(subject__contains=message.reference)
    assert brings.count() == 1
    erase(by_address("somebody@else.test"), cause="a test")
    assert brings.count() == 1
    erase(by_address(message.email), cause="a test")
    assert brings.count() == 0
