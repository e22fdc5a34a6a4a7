"""Reports about issues: what proves to be about a mail of ours counts, and vacations count nothing."""

from email import message_from_string

import pytest

from newsletter import bounce_mailbox
from newsletter.bounce_mailbox import Kind, kind_of, read_reports, reader_of
from newsletter.bounces import return_path
from newsletter.links import UNSUBSCRIBE, address_of
from newsletter.models import Subscriber
from newsletter.suppression import NEWSLETTER, is_suppressed
from outbox.jobs import registered_jobs
from tests.contact.imap_stand_in import PASSWORD, USER, ImapStandIn

HEAD = "From: MAILER-DAEMON@mx.test\nTo: {to}\nSubject: About your mail\nMIME-Version: 1.0\n"
DSN = HEAD + (
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    "--b\nContent-Type: text/plain\n\nIt did not work.\n"
    "--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; ann@example.com\n"
    "Action: {action}\nStatus: {status}\n\n"
    "--b\nContent-Type: text/rfc822-headers\n\nReturn-Path: <{path}>\nSubject: Spring\n"
    "--b--\n"
)
ARF = HEAD + (
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
    "--b\nContent-Type: text/plain\n\nA report.\n"
    "--b\nContent-Type: message/feedback-report\n\n"
    "Feedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\nOriginal-Mail-From: <{path}>\n\n"
    "--b\nContent-Type: message/rfc822\n\n"
    "Subject: Spring\nList-Unsubscribe: <{way_out}>\n\nText\n"
    "--b--\n"
)
VACATION = HEAD + "Auto-Submitted: auto-replied\n\nI am away.\n"


@pytest.fixture
def ann(reader, settings) -> Subscriber:
    settings.NEWSLETTER_BOUNCES_TO = "bounces@company.test"
    return reader()


@pytest.fixture
def box(settings):
    """A mailbox that the company has named."""
    with ImapStandIn() as stand_in:
        settings.NEWSLETTER_IMAP_HOST = "127.0.0.1"
        settings.NEWSLETTER_IMAP_PORT = stand_in.port
        settings.NEWSLETTER_IMAP_USER = USER
        settings.NEWSLETTER_IMAP_PASSWORD = PASSWORD
        yield stand_in


def parked(reader: Subscriber) -> tuple[str, int]:
    reader.refresh_from_db()
    return reader.parked_because, reader.soft_bounces


def dsn(to, *, action="failed", status="5.1.1", path="x@example.com"):
    return DSN.format(to=to, action=action, status=status, path=path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "found", "count"),
    [
        ({}, ("hard-bounce", 0), 1),
        ({"status": "5.2.2"}, ("", 1), 1),
        ({"status": "4.4.7"}, ("", 1), 1),
        ({"action": "delayed", "status": "4.4.7"}, ("", 0), 0),
        ({"action": "delivered", "status": "2.0.0"}, ("", 0), 0),
    ],
)
def test_a_report_to_the_address_of_a_reader_counts(box, ann, changes, found, count):
    box.put(dsn(return_path(ann), **changes))
    assert read_reports() == count
    assert parked(ann) == found
    assert box.unread() == []
    assert read_reports() == 0


@pytest.mark.django_db
def test_a_report_that_returns_the_address_counts_wherever_it_came_to(box, ann):
    box.put(dsn("bounces@company.test", path=return_path(ann)))
    assert read_reports() == 1
    assert parked(ann) == ("hard-bounce", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["path", "way_out", "to"])
def test_a_complaint_ends_the_subscription_for_good(box, ann, by):
    proof = {"path": return_path(ann), "way_out": address_of(ann, UNSUBSCRIBE)}
    said = {
        "to": "abuse@company.test",
        "path": "x@example.com",
        "way_out": "https://x.test/",
        "kind": "abuse",
    }
    box.put(ARF.format(**said | {by: proof.get(by, return_path(ann))}))
    assert read_reports() == 1
    assert not Subscriber.objects.exists()
    assert is_suppressed("ann@example.com", purpose=NEWSLETTER)


@pytest.mark.django_db
def test_a_report_that_it_is_no_spam_changes_nothing(box, ann):
    box.put(
        ARF.format(to="a@b.test", path=return_path(ann), way_out="https://x.test/", kind="not-spam")
    )
    assert read_reports() == 0
    assert parked(ann) == ("", 0)
    assert box.unread() == []


@pytest.mark.django_db
def test_a_vacation_is_no_bounce(box, ann):
    for _ in range(6):
        box.put(VACATION.format(to=return_path(ann)))
    box.put(VACATION.format(to="bounces@company.test"))
    assert read_reports() == 0
    assert parked(ann) == ("", 0)
    assert box.unread() == []


@pytest.mark.django_db
def test_what_proves_nothing_or_comes_from_a_person_stays_unread(box, ann, reader):
    ben = reader("ben@example.com")
    made_up = return_path(ann).replace(f"+{ann.pk}-", f"+{ben.pk}-")
    numbers = [
        box.put(text)
        for text in (
            dsn(made_up),
            dsn("bounces@company.test"),
            dsn(return_path(ann), action=""),
            ARF.format(
                to="a@b.test", path="x@y.test", way_out=f"https://x.test/{'a' * 64}/", kind="abuse"
            ),
            HEAD.format(to=return_path(ann)) + "\nPlease stop.\n",
        )
    ]
    assert read_reports() == 0
    assert (parked(ann), parked(ben)) == (("", 0), ("", 0))
    assert box.unread() == numbers


@pytest.mark.django_db
def test_what_is_too_large_stays_unread(box, ann, monkeypatch):
    monkeypatch.setattr(bounce_mailbox, "MOST_BYTES", 300)
    number = box.put(dsn(return_path(ann)))
    assert read_reports() == 0
    assert box.unread() == [number]
    assert not [one for one in box.said if "BODY.PEEK[]" in one]


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        ("Subject: x\n\nHello", None),
        ("Subject: x\nAuto-Submitted: no\n\nHello", None),
        ("Content-Type: multipart/report; report-type=other; boundary=b\n\n--b--\n", None),
        ("Content-Type: multipart/report; report-type=delivery-status\n\nbroken", None),
        ("Content-Type: multipart/report; report-type=feedback-report\n\nbroken", Kind.COMPLAINT),
        (
            (
                "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
                "Content-Type: message/feedback-report\nContent-Transfer-Encoding: 7bit\n\n"
                "Feedback-Type: not-spam\n--b--\n"
            ),
            Kind.NOTHING,
        ),
    ],
)
def test_what_a_mail_says_is_read_from_its_machine_words_alone(mail, kind):
    assert kind_of(message_from_string(mail)) is kind


@pytest.mark.django_db
def test_what_returns_nothing_is_about_nobody():
    assert reader_of(message_from_string("Content-Type: message/rfc822\n\n")) is None


def test_nothing_is_read_until_a_company_names_a_mailbox(settings):
    job = next(one for one in registered_jobs() if one.name == "read newsletter bounces")
    assert (job.apart, job.every_seconds) == (True, 300)
    assert not job.when()
    assert job.run() == 0
    settings.NEWSLETTER_IMAP_HOST = "imap.company.test"
    assert job.when()


@pytest.mark.django_db
def test_an_idle_job_starts_no_process(issue):
    job = next(one for one in registered_jobs() if one.name == "send newsletter issues")
    assert (job.apart, job.every_seconds, job.when()) == (True, 60, False)
    assert job.run() == 0
