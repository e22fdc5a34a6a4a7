"""What staff do with an issue: write it, try it, plan it, and hold or end its sending."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from newsletter.composing import Letter, NotComposedError, OwnLinks, letter_of
from newsletter.mail_check import Findings, MailRefusedError
from newsletter.models import Check, Issue, Subscriber, Topic
from outbox.models import OutboxMail, OutboxMailQuerySet
from outbox.purposes import register_purpose
from sens_site.lib.cache.content_stamp import content_changed

State = Issue.State
TESTS = register_purpose("newsletter-test", right="newsletter.change_issue", about="test issues")
MADE_UP = (
    (
        "first@example.com",
        OwnLinks("https://own.invalid/first/preferences/", "https://own.invalid/first/out/"),
    ),
    (
        "second@example.com",
        OwnLinks("https://own.invalid/second/preferences/", "https://own.invalid/second/out/"),
    ),
)
"""Two readers who are nobody, with whose mails an issue is checked before anybody has one."""


class IssueError(Exception):
    """What was asked for cannot be done. The message says why, for staff."""


@transaction.atomic
def save_draft(issue: Issue) -> None:
    """Store a draft. What is planned or sent is read by nobody through an editor's form."""
    if issue.pk is not None:
        _locked(issue, State.DRAFT)
    issue.refused_because = ""
    issue.save()


@transaction.atomic
def delete_draft(issue: Issue) -> None:
    _locked(issue, State.DRAFT).delete()


def check(letter: Letter) -> Findings:
    """Read the mail of an issue as it would leave. Raises IssueError with what is wrong."""
    try:
        return letter.check(MADE_UP)
    except (MailRefusedError, NotComposedError) as error:
        raise IssueError(str(error)) from error


def obstacles(issue: Issue) -> Iterator[str]:
    """Yield what has to be done before an issue can be sent."""
    if not issue.topics.exists():
        yield "It has no topics: choose whom it is for."
    for item in Check:
        if item not in issue.checklist:
            yield f"Not ticked in the checklist: {item.label}"
    try:
        check(letter_of(issue))
    except IssueError as error:
        yield str(error)


def audience_of(topics: Iterable[Topic]) -> list[tuple[str, int]]:
    """Return how many confirmed readers each topic has, and all of them together.

    Who has more than one of the topics gets the issue once.
    """
    chosen = list(topics)
    counts = [(str(topic), Subscriber.objects.audience([topic]).count()) for topic in chosen]
    return [*counts, ("All together, each once", Subscriber.objects.audience(chosen).count())]


@transaction.atomic
def schedule(issue: Issue, *, at: datetime | None = None) -> None:
    """Plan an issue; without a time it begins with the worker's next turn."""
    current = _locked(issue, State.DRAFT)
    if faults := list(obstacles(current)):
        raise IssueError(" ".join(faults))
    current.state, current.scheduled_at, current.refused_because = (
        State.SCHEDULED, at or timezone.now(), "",
    )  # fmt: skip
    current.save(update_fields=["state", "scheduled_at", "refused_because"])


@transaction.atomic
def unschedule(issue: Issue, *, because: str = "") -> None:
    """Make a draft of it again."""
    current = _locked(issue, State.SCHEDULED)
    current.state, current.scheduled_at, current.refused_because = State.DRAFT, None, because
    current.save(update_fields=["state", "scheduled_at", "refused_because"])


@transaction.atomic
def begin(issue: Issue) -> bool:
    """Check the mail once more, and put the issue into the archive. Its copies are written next.

    What no longer passes becomes a draft that says why.
    """
    current = _locked(issue, State.SCHEDULED)
    try:
        findings = check(letter_of(current))
    except IssueError as error:
        unschedule(current, because=str(error))
        return False
    current.state, current.started_at = State.SENDING, timezone.now()
    current.findings = findings.as_stored()
    current.save(update_fields=["state", "started_at", "findings"])
    content_changed()
    return True


@transaction.atomic
def pause(issue: Issue, *, because: str = "") -> None:
    """Hold back what has not left: nothing is written, and nothing that waits is sent."""
    current = _locked(issue, State.SENDING)
    current.state, current.refused_because = State.PAUSED, because
    current.save(update_fields=["state", "refused_because"])


@transaction.atomic
def resume(issue: Issue) -> None:
    """Go on where it was paused."""
    current = _locked(issue, State.PAUSED)
    current.state, current.refused_because = State.SENDING, ""
    current.save(update_fields=["state", "refused_because"])


@transaction.atomic
def stop(issue: Issue) -> None:
    """End the sending for good, and take back all that waits. What has left, has left."""
    current = _locked(issue, State.SENDING, State.PAUSED)
    waiting_mails(current).in_no_hand(timezone.now()).delete()
    end(current, State.STOPPED)


@transaction.atomic
def end(issue: Issue, state: Issue.State) -> None:
    """Note that no mail of an issue waits any more."""
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    if state == State.SENT and current.state != State.SENDING:
        return  # a colleague has paused or stopped it just now
    current.state, current.finished_at = state, timezone.now()
    current.save(update_fields=["state", "finished_at"])


def send_test(issue: Issue, *, by: AbstractBaseUser) -> None:
    """Send an issue to the one who asks. Its own links lead to the page of the newsletter."""
    letter = letter_of(issue)
    check(letter)
    page = f"{settings.SITE_ORIGIN}/newsletter/"
    mail = letter.test(getattr(by, by.get_email_field_name()), OwnLinks(page, page))
    mail.extra_headers["X-Purpose"] = TESTS
    mail.send()


def waiting_mails(issue: Issue) -> OutboxMailQuerySet:
    """Return the copies that are written and have not left."""
    return OutboxMail.objects.waiting().filter(dedupe_key=issue.dedupe_key)


def _locked(issue: Issue, *states: Issue.State) -> Issue:
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    if current.state not in states:
        raise IssueError(
            f"This can no longer be done: the issue is {current.get_state_display().lower()}."
        )
    return current
