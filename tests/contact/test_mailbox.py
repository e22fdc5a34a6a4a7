"""Replies from a mailbox: whose they are, what is left alone, and no loop between two machines."""

import imaplib
from dataclasses import replace
from email import message_from_string
from typing import Any

import pytest
from django.conf import settings as site

from contact import mailbox
from contact.mailbox import is_automatic, message_of, name_of, read_replies, text_of
from contact.mails import first_id
from contact.models import MessageReply
from contact.replies import save_draft, send_reply
from contact.services import receive_message
from contact.teamwork import merge
from outbox.jobs import registered_jobs
from outbox.models import OutboxMail
from tests.contact.imap_stand_in import PASSWORD, USER, ImapStandIn


@pytest.fixture
def box(settings):
    """A mailbox that the company has named."""
    with ImapStandIn() as stand_in:
        settings.REPLIES_IMAP_HOST = "127.0.0.1"
        settings.REPLIES_IMAP_PORT = stand_in.port
        settings.REPLIES_IMAP_USER = USER
        settings.REPLIES_IMAP_PASSWORD = PASSWORD
        yield stand_in


@pytest.fixture
def replied(waiting, staff):
    """A message that we have answered, and the name of our reply."""
    save_draft(waiting, by=staff, text="Here it is.")
    return waiting, send_reply(waiting, by=staff).header_id


def letter(to, *, sender="mary@fossil.test", number=1, text="Thank you.", **headers):
    """Return a mail that replies to a mail by its name."""
    lines = {
        "From": f"Mary Anning <{sender}>",
        "To": "webmaster@company.test",
        "Subject": "Re: Your message",
        "Message-ID": f"<{number}@fossil.test>",
        "In-Reply-To": to,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "\n".join(f"{name}: {value}" for name, value in lines.items() if value)
    return f"{head}\n\n{text}\n"


@pytest.mark.django_db
def test_a_reply_is_filed_with_its_message_and_marked_as_read(box, replied):
    message, ours = replied
    box.put(letter(ours, text="It does not open either.\n\n> Here it is."))

    assert read_replies() == 1

    reply = message.replies.get(kind="received")
    assert reply.text == "It does not open either.\n\n> Here it is."
    assert reply.header_id == "<1@fossil.test>"
    message.refresh_from_db()
    assert message.state == "waiting"
    assert box.unread() == []
    assert read_replies() == 0


@pytest.mark.django_db
def test_a_reply_to_the_acknowledgement_is_one_to_the_message(box, waiting):
    box.put(letter("", References=f"<0@elsewhere.test> {first_id(waiting)}"))

    assert read_replies() == 1
    assert waiting.replies.count() == 1


@pytest.mark.django_db
def test_a_mail_that_names_very_many_is_known_by_its_first_and_last(box, waiting, replied):
    many = [f"<{number}@elsewhere.test>" for number in range(5000)]
    for number, named in enumerate(([first_id(waiting), *many], [*many, replied[1]])):
        box.put(letter("", number=number, References="\n ".join(named)))

    assert read_replies() == 2


@pytest.mark.django_db
def test_a_reply_to_a_double_comes_to_the_message_that_stands_for_it(box, waiting, submission):
    double = receive_message(replace(submission, message="I have written twice."))
    merge(double, into=waiting.reference)
    box.put(letter(first_id(double)))

    assert read_replies() == 1
    assert waiting.replies.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"to": "<0@elsewhere.test>"},
        {"to": ""},
        {"sender": "joseph@fossil.test"},
        {"sender": "no address"},
        {"to": "<message.2345678923@testserver>"},
        {"to": "<message.{}@elsewhere.test>"},
    ],
)
def test_what_is_no_reply_to_us_by_our_correspondent_stays_unread(box, replied, changes):
    message, ours = replied
    to = changes.pop("to", ours).format(message.reference)
    number = box.put(letter(to, **changes))

    assert read_replies() == 0
    assert message.replies.filter(kind="received").count() == 0
    assert box.unread() == [number]
    assert not [one for one in box.said if "BODY.PEEK[]" in one]


@pytest.mark.django_db
@pytest.mark.parametrize("says_size", [True, False])
def test_a_mail_that_is_too_large_or_of_unknown_size_stays_in_the_mailbox(
    box, replied, monkeypatch, says_size
):
    monkeypatch.setattr(mailbox, "MOST_BYTES", 600)
    box.says_size = says_size
    number = box.put(letter(replied[1], text="w" * (700 if says_size else 10)))

    assert read_replies() == 0
    assert box.unread() == [number]


@pytest.mark.django_db
def test_a_mail_that_somebody_deletes_in_between_is_passed_over(box, replied, monkeypatch):
    number = box.put(letter(replied[1]))
    monkeypatch.setattr(mailbox, "unread", lambda box: [str(number + 1), str(number)])

    assert read_replies() == 1


@pytest.mark.django_db
def test_what_was_filed_and_not_marked_is_filed_once(box, replied):
    message, ours = replied
    number = box.put(letter(ours))
    read_replies()
    box.mails[number].flags.clear()

    assert read_replies() == 1
    assert message.replies.filter(kind="received").count() == 1
    assert box.unread() == []


@pytest.mark.django_db
def test_our_own_reply_in_the_mailbox_is_no_reply_to_it(box, submission, staff):
    message = receive_message(replace(submission, email="webmaster@company.test"))
    save_draft(message, by=staff, text="A test of the form.")
    ours = send_reply(message, by=staff).header_id
    mail = letter(first_id(message), sender="webmaster@company.test", Message_ID=ours)
    box.put(mail)

    read_replies()

    message.refresh_from_db()
    assert message.state == "answered"
    assert MessageReply.objects.count() == 1


@pytest.mark.django_db
def test_two_machines_never_answer_each_other(box, replied):
    """Whoever is away has each mail answered; so would we, if anything here answered."""
    message, _ = replied

    def answered_by_a_machine(already):
        mails = OutboxMail.objects.to_address("mary@fossil.test").order_by("pk")
        for mail in mails[already:]:
            box.put(
                letter(
                    mail.message_id,
                    number=mail.pk,
                    text="I am out of office.",
                    Auto_Submitted="auto-replied",
                )
            )
        return mails.count()

    known, sent = 0, []
    for _ in range(4):
        known = answered_by_a_machine(known)
        read_replies()
        sent.append(OutboxMail.objects.count())

    assert len(set(sent)) == 1
    assert message.replies.filter(kind="automatic").count() == 2
    message.refresh_from_db()
    assert message.state == "answered"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; owner=mary"),
        ("Precedence", "bulk"),
        ("Precedence", "Auto_Reply"),
        ("Precedence", "junk"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "away"),
        ("X-Autoresponder", "vacation"),
        ("Return-Path", "<>"),
        ("List-Id", "<list.fossil.test>"),
        ("X-Loop", "mary@fossil.test"),
        ("Content-Type", "multipart/report; report-type=delivery-status; boundary=b"),
    ],
)
def test_a_machine_is_known_by_each_sign(header, value):
    assert is_automatic(message_from_string(letter("<1@x.test>", **{header: value})))


@pytest.mark.parametrize(
    "headers",
    [{}, {"Auto-Submitted": "no"}, {"Return-Path": "<mary@fossil.test>"}, {"Precedence": "first"}],
)
def test_a_person_is_no_machine(headers):
    assert not is_automatic(message_from_string(letter("<1@x.test>", **headers)))


HTML = "<style>p { color: red }</style><p>It does <b>not</b> open.</p><p>Why &amp; how?<br>Mary</p>"
BOTH = (
    "Content-Type: multipart/alternative; boundary=b\n\n"
    "--b\nContent-Type: text/html\n\n<p>html</p>\n"
    "--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable"
    "\n\ncaf=E9\n--b--\n"
)
ATTACHED = (
    "Content-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nA file.\n--b--\n"
)


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("\nTwo\nlines\n", "Two\nlines"),
        (f"Content-Type: text/html\n\n{HTML}", "It does not open.\nWhy & how?\nMary"),
        (BOTH, "café"),
        (ATTACHED, mailbox.NO_TEXT),
        ("Content-Type: text/plain; charset=no-such\n\nStill read.", "Still read."),
        ("Content-Type: image/png\n\nxx", mailbox.NO_TEXT),
        ("\nno\x00thing", "nothing"),
    ],
)
def test_what_a_mail_says_is_text(mail, said):
    assert text_of(message_from_string(mail)) == said


def test_a_mail_without_a_name_of_its_own_has_one_made_of_its_headers():
    own = message_from_string("Message-ID: <1@fossil.test>\n\n")
    assert name_of(own, b"x") == "<1@fossil.test>"
    for odd in ("", "<two words>", f"<{'w' * 300}>"):
        mail = message_from_string(f"Message-ID: {odd}\n\n")
        made = name_of(mail, b"x")
        assert made == name_of(mail, b"x") != name_of(mail, b"y")
        assert made.endswith("@testserver>")
        assert len(made) <= 255


@pytest.mark.django_db
def test_a_mail_that_names_nothing_is_nobodys(waiting):
    assert message_of(message_from_string("From: mary@fossil.test\n\n")) is None


def test_a_mailbox_that_does_not_open_is_a_failure_of_the_job(box, settings):
    settings.REPLIES_IMAP_FOLDER = "Elsewhere"
    with pytest.raises(imaplib.IMAP4.error):
        read_replies()
    settings.REPLIES_IMAP_PASSWORD = "wrong"
    with pytest.raises(imaplib.IMAP4.error):
        read_replies()


def test_another_machine_is_spoken_to_by_tls_that_knows_it(settings, monkeypatch):
    settings.REPLIES_IMAP_HOST, settings.REPLIES_IMAP_PORT = "imap.company.test", 993
    asked: dict[str, Any] = {}

    def connected(host, port, *, ssl_context, timeout):
        asked.update(host=host, port=port, context=ssl_context, timeout=timeout)
        raise OSError

    monkeypatch.setattr(imaplib, "IMAP4_SSL", connected)
    with pytest.raises(OSError):
        read_replies()
    assert (asked["host"], asked["port"]) == ("imap.company.test", 993)
    assert asked["timeout"] == site.EMAIL_TIMEOUT
    assert asked["context"].check_hostname


def test_nothing_is_read_until_a_company_names_a_mailbox(settings):
    job = next(one for one in registered_jobs() if one.name == "read replies")
    assert (job.apart, job.every_seconds) == (True, 300)
    assert not job.when()
    assert job.run() == 0
    settings.REPLIES_IMAP_HOST = "imap.company.test"
    assert job.when()
