"""Promises about who gets an issue: readers who have confirmed and want it, each once, and nobody else."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from newsletter.models import Subscriber
from newsletter.promises.issues import SEND, addresses_of, an_issue, sent
from newsletter.promises.readers import AN_HOUR, PURPOSE, SEVEN_DAYS, Reader, two_topics
from newsletter.promises.sources import (
    at_the_desk,
    brought_by_staff,
    let_go_on_by_staff,
    somebody_logged_in,
)
from outbox.models import OutboxMail
from outbox.services import claim_next
from privacy.consent.personal_services import refuse_newsletter
from privacy.datamap.promises.purging import done_by_the_job
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

PROVING = ("link", "code", "account")
"""What confirms an address: the link or the code that was mailed, to an account before in its own name."""


@promise("newsletter.confirmed", "use.promotional-mail", look=Look.REHEARSAL)
def an_issue_goes_to_who_confirmed_and_wants_it(site: RunningSite) -> Evidence:
    """Whoever has not confirmed, however they came, reads other topics, or refuses it gets none."""
    with an_issue(site) as issue:
        topic, desk = issue.topics.get(), at_the_desk(site)
        waits, elsewhere = Reader(site), Reader(site)
        waits.signs_up(topic.slug)
        elsewhere.signs_up(two_topics()[0]).confirms()
        refusing = Reader(site).email
        refuse_newsletter(somebody_logged_in(site, refusing)[0])
        row = Subscriber.objects.create(
            email=refusing, state="confirmed", confirmed_at=timezone.now(), confirmed_by="link"
        )
        row.subscriptions.create(topic=topic)
        unwanted = {
            "has not confirmed": waits.email,
            "stands in a list of ours and has not confirmed": brought_by_staff(
                site, desk, topic
            ).email,
            "was held, let go on by staff, and has not confirmed": let_go_on_by_staff(
                site, desk, topic
            ).email,
            "reads about other topics": elsewhere.email,
            "refuses it with an account": refusing,
        }
        written = sent(issue).mails
        require(len(written) == 2, f"of two readers of a topic {len(written)} get the issue")
        for who, email in unwanted.items():
            issues = OutboxMail.objects.filter(purpose=PURPOSE, recipient=email)
            require(not issues.exists(), f"an issue is written to somebody who {who}")
        _leaves_once_and_to_who_stays(addresses_of(issue.slug))
    return Evidence(
        "Played through for this check: an issue went once to the readers of its topic who had "
        "confirmed, and to nobody who had not, reads others, refuses it with an account, or left "
        "before their mail did.",
        {"mails written": 2, "people without one": len(unwanted)},
    )


def _leaves_once_and_to_who_stays(emails: list[str]) -> None:
    """Let one of two readers leave while their mails wait, and the worker come again."""
    leaving, staying = emails
    Subscriber.objects.filter(email=leaving).delete()
    OutboxMail.objects.exclude(recipient__in=emails).delete()
    OutboxMail.objects.update(due_at=timezone.now())
    taken = []
    while (mail := claim_next()) is not None:
        taken.append(mail.recipient)
        OutboxMail.objects.filter(pk=mail.pk).delete()
    require(leaving not in taken, "an issue leaves for who is no reader any more")
    require(taken == [staying], f"an issue leaves {len(taken)} times for one reader")
    done_by_the_job(SEND)
    again = OutboxMail.objects.filter(purpose=PURPOSE, recipient__in=emails)
    require(not again.exists(), "an issue is written to a reader once more")


@promise("newsletter.confirmed", "use.promotional-mail", "mail.unsubscribe-prompt", look=Look.ROWS)
def waiting_issues_go_to_readers_alone(site: RunningSite) -> Evidence:
    """Each issue that waits goes to an address that is confirmed today."""
    readers = Subscriber.objects.filter(state="confirmed")
    waiting = OutboxMail.objects.waiting().filter(purpose=PURPOSE)
    astray = waiting.exclude(recipient__in=readers.values("email")).count()
    require(not astray, f"{astray} issues wait for addresses that are not subscribed")
    return Evidence(
        "Every issue that waits goes to a confirmed address.",
        {"readers": readers.count(), "issues that wait": waiting.count()},
    )


@promise("newsletter.confirmed", look=Look.ROWS)
def each_stored_reader_confirmed_what_was_mailed(site: RunningSite) -> Evidence:
    """Who has confirmed by a link or a code was written to before, and did so within seven days.

    Of each the words are kept that they agreed to, or another proof.
    """
    readers = Subscriber.objects.filter(state="confirmed")
    otherwise = readers.exclude(confirmed_by__in=PROVING).count()
    require(not otherwise, f"{otherwise} readers are confirmed by neither link nor code")
    unproved = readers.filter(wording=None, proof="").count()
    require(not unproved, f"of {unproved} readers there is no proof")
    by_mail = readers.filter(confirmed_by__in=("link", "code"))
    never = by_mail.filter(written_at=None).count()
    require(not never, f"{never} readers are confirmed by a mail that was never written")
    too_soon = Q(confirmed_at__lt=F("created_at") - timedelta(minutes=1))
    too_late = Q(confirmed_at__gt=F("created_at") + SEVEN_DAYS + AN_HOUR)
    odd = by_mail.filter(too_soon | too_late).count()
    require(not odd, f"{odd} readers have confirmed at a time when their link did not hold")
    return Evidence(
        "Every reader has confirmed by the link or the code of a mail that we wrote before, or by an "
        "account whose address was confirmed so, and the proof is kept.",
        {"readers": readers.count(), "by link or code": by_mail.count()},
    )
