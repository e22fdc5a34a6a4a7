"""Each reader of an issue has one mail of it, whoever stops whom, and none who has left has one."""

from datetime import timedelta
from email import message_from_bytes
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail import get_connection
from django.utils import timezone

from newsletter import issue_services as services
from newsletter import sending
from newsletter.links import UNSUBSCRIBE, address_of
from newsletter.models import Issue, Subscriber, Suppression, Topic
from newsletter.suppression import NEWSLETTER, suppress
from outbox import mass_mail
from outbox import services as outbox
from outbox.delivery import deliver_due, deliver_one
from outbox.models import LEASE, MOST_TRIES, OutboxMail

pytestmark = pytest.mark.django_db
UNKNOWN = SMTPRecipientsRefused({"x": (550, b"5.1.1 unknown")})
FULL = SMTPRecipientsRefused({"x": (452, b"4.2.2 full")})


@pytest.fixture(autouse=True)
def _transport(settings):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def under_way(issue):
    services.schedule(issue)
    assert services.begin(issue)
    issue.refresh_from_db()
    return issue


def fresh(issue):
    issue.refresh_from_db()
    return issue


def claimed() -> OutboxMail:
    """Take the next mail as a worker does."""
    mail = outbox.claim_next()
    assert mail is not None
    return mail


def recipients():
    return list(OutboxMail.objects.order_by("pk").values_list("recipient", flat=True))


def test_a_planned_issue_goes_to_each_confirmed_reader_once(issue, reader, mailoutbox):
    ann = reader("ann@example.com")
    reader("ben@example.com")
    reader("eve@example.com", state="pending", confirmed_at=None, confirmed_by="")
    reader("max@example.com", parked_at=timezone.now(), parked_because="hard-bounce")
    reader("zoe@example.com", topics=[Topic.objects.create(slug="other", title="Other")])
    services.schedule(issue)

    assert sending.send_issues() == 2
    mails = list(OutboxMail.objects.order_by("pk"))
    assert [mail.recipient for mail in mails] == ["ann@example.com", "ben@example.com"]
    assert {mail.purpose for mail in mails} == {"newsletter"}
    first = message_from_bytes(bytes(mails[0].message))
    assert first["To"] == "ann@example.com"
    assert first["Message-ID"] == mails[0].message_id != mails[1].message_id
    assert first["List-Unsubscribe"] == f"<{address_of(ann, UNSUBSCRIBE)}>"
    assert (fresh(issue).state, issue.queued) == ("sending", 2)

    assert deliver_due() == 2
    assert sorted(mail.to[0] for mail in mailoutbox) == ["ann@example.com", "ben@example.com"]
    assert sending.send_issues() == 0
    assert (fresh(issue).state, issue.sent, issue.taken_back) == ("sent", 2, 0)
    assert sending.send_issues() == 0


def test_what_is_planned_for_later_waits(issue, reader):
    reader()
    services.schedule(issue, at=timezone.now() + timedelta(hours=1))
    assert sending.send_issues() == 0
    assert fresh(issue).state == "scheduled"


def test_only_so_many_wait_at_a_time(under_way, reader, monkeypatch):
    monkeypatch.setattr(sending, "PAGE", 2)
    for number in range(5):
        reader(f"r{number}@example.com")
    assert sending.write_copies(under_way, most=3) == 3
    assert sending.write_copies(fresh(under_way), most=3) == 0
    assert (fresh(under_way).state, under_way.queued) == ("sending", 3)
    deliver_due()
    assert sending.write_copies(fresh(under_way), most=3) == 2
    assert recipients() == [f"r{number}@example.com" for number in range(5)]


def test_a_run_that_was_broken_off_goes_on_where_it_was(under_way, reader, monkeypatch):
    monkeypatch.setattr(mass_mail, "BATCH", 2)
    for number in range(5):
        reader(f"r{number}@example.com")
    store = mass_mail._store
    batches: list[list[OutboxMail]] = []

    def dying(batch, key):
        if len(batches) == 2:
            raise KeyboardInterrupt
        batches.append(batch)
        return store(batch, key)

    monkeypatch.setattr(mass_mail, "_store", dying)
    with pytest.raises(KeyboardInterrupt):
        sending.write_copies(under_way)
    assert fresh(under_way).queued == 4
    names = set(OutboxMail.objects.values_list("message_id", flat=True))
    monkeypatch.setattr(mass_mail, "_store", store)
    assert sending.write_copies(under_way) == 1
    assert recipients() == [f"r{number}@example.com" for number in range(5)]
    assert names < set(OutboxMail.objects.values_list("message_id", flat=True))
    assert fresh(under_way).queued == 5


def test_a_worker_that_is_overtaken_or_paused_stores_nothing(under_way, reader):
    reader("a@example.com")
    behind = Issue.objects.get(pk=under_way.pk)
    assert sending.write_copies(under_way) == 1
    assert sending.write_copies(behind) == 0
    reader("b@example.com")
    services.pause(under_way)
    assert sending.write_copies(fresh(under_way)) == 0
    assert recipients() == ["a@example.com"]


def test_a_mail_that_is_sent_again_bears_the_same_name(under_way, reader, mailoutbox):
    """A worker that is killed between the mail server's yes and its note repeats that one mail."""
    reader()
    sending.write_copies(under_way)
    mail = claimed()
    with get_connection("django.core.mail.backends.locmem.EmailBackend") as server:
        server.send_messages([mail.as_message()])
    OutboxMail.objects.update(lease_until=timezone.now() - LEASE)
    assert deliver_due() == 1
    assert len(mailoutbox) == 2
    assert len({sent.message()["Message-ID"] for sent in mailoutbox}) == 1
    assert fresh(under_way).sent == 1


def test_who_leaves_while_an_issue_waits_does_not_get_it(under_way, reader):
    gone, suppressed, elsewhere = (reader(f"{n}@example.com") for n in ("a", "b", "c"))
    stays = reader("d@example.com")
    sending.write_copies(under_way)
    gone.delete()
    suppress(suppressed.email, purpose=NEWSLETTER, why=Suppression.Why.UNSUBSCRIBED)
    elsewhere.subscriptions.all().delete()
    assert deliver_due() == 1
    assert recipients() == [stays.email]
    assert sending.send_issues() == 0
    assert (fresh(under_way).state, under_way.taken_back) == ("sent", 3)


def test_who_has_left_has_no_mail_written(under_way, reader):
    suppress(reader("b@example.com").email, purpose=NEWSLETTER, why=Suppression.Why.UNSUBSCRIBED)
    assert sending.write_copies(under_way) == 0
    assert recipients() == []
    assert fresh(under_way).state == "sent"


def test_what_is_paused_waits_and_what_is_stopped_is_gone(under_way, reader):
    reader("a@example.com")
    sending.write_copies(under_way)
    services.pause(under_way)
    assert deliver_due() == 0
    services.resume(under_way)
    mail = claimed()
    assert mail.recipient == "a@example.com"
    services.stop(under_way)
    outbox.record_failure(mail, error=FULL)
    OutboxMail.objects.update(due_at=timezone.now())
    assert deliver_due() == 0
    assert recipients() == []


def test_an_issue_whose_mail_no_longer_passes_is_paused_and_says_why(under_way, reader):
    reader()
    Issue.objects.filter(pk=under_way.pk).update(body="[x](ftp://a.test/)")
    assert sending.send_issues() == 0
    assert fresh(under_way).state == "paused"
    assert "begins with ftp" in under_way.refused_because
    assert recipients() == []


def test_a_mailbox_that_does_not_exist_is_parked_at_once(under_way, reader):
    ann = reader()
    sending.write_copies(under_way)
    outbox.record_failure(claimed(), error=UNKNOWN)
    ann.refresh_from_db()
    assert ann.parked_because == "hard-bounce"
    assert not OutboxMail.objects.exists()
    assert fresh(under_way).came_back == 1


def test_a_mailbox_that_is_full_is_tried_as_often_as_any_other(under_way, reader):
    ann = reader()
    sending.write_copies(under_way)
    for _ in range(MOST_TRIES):
        assert OutboxMail.objects.count() == 1
        OutboxMail.objects.update(due_at=timezone.now())
        outbox.record_failure(claimed(), error=FULL)
    ann.refresh_from_db()
    assert (ann.soft_bounces, ann.parked_at) == (1, None)
    assert not OutboxMail.objects.exists()
    assert fresh(under_way).came_back == 1


def test_a_mail_server_that_gives_no_reason_costs_no_reader_anything(under_way, reader):
    ann = reader()
    sending.write_copies(under_way)
    for _ in range(MOST_TRIES):
        OutboxMail.objects.update(due_at=timezone.now())
        outbox.record_failure(claimed(), error=TimeoutError())
    ann.refresh_from_db()
    assert (ann.soft_bounces, ann.parked_at) == (0, None)
    assert OutboxMail.objects.get().state == "parked"


def test_what_another_worker_has_done_already_is_done_once(issue, reader, monkeypatch):
    reader()
    services.schedule(issue)
    first = Issue.objects.get(pk=issue.pk)
    services.begin(first)
    monkeypatch.setattr(type(Issue.objects.all()), "due", lambda self: [issue])
    assert sending.send_issues() == 1
    Issue.objects.filter(pk=issue.pk).update(state="paused", body="[x](ftp://a.test/)")
    assert sending.write_copies(fresh(issue)) == 0
    services.end(issue, Issue.State.SENT)
    assert (fresh(issue).state, issue.refused_because) == ("paused", "")


def test_a_mail_of_no_issue_is_not_sent_and_counts_nowhere(reader):
    reader()
    mail = OutboxMail(
        message_id="<1@x>", purpose="newsletter", sender="s@x.test", recipient="ann@example.com",
        subject="s", message=b"m",
    )  # fmt: skip
    assert not sending.may_leave(mail)
    sending.note_sent(mail)
    assert sending.note_failure(mail, "5.1.1", last=False)
    assert Subscriber.objects.get().parked_because == "hard-bounce"


def test_reports_come_back_to_an_address_that_names_the_reader(under_way, reader, settings):
    settings.NEWSLETTER_BOUNCES_TO = "bounces@company.test"
    ann = reader()
    sending.write_copies(under_way)
    mail = OutboxMail.objects.get()
    assert mail.sender.startswith(f"bounces+{ann.pk}-")
    assert "bounces+" not in message_from_bytes(bytes(mail.message))["From"]
    assert mail.as_message().from_email == mail.sender


def test_the_mail_server_is_told_whose_mail_it_is(under_way, reader, mailoutbox):
    reader()
    sending.write_copies(under_way)
    with get_connection("django.core.mail.backends.locmem.EmailBackend") as server:
        assert deliver_one(claimed(), connection=server)
    (mail,) = mailoutbox
    assert mail.to == ["ann@example.com"]
