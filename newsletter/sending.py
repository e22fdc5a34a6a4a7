"""From an issue to the mails of its readers: in batches, each once, and none to who has left.

How far the copies are written stands in the issue, in the transaction of each batch, so that a
worker that is killed goes on where it was. Only so many wait at a time: a database does not fill
with 100,000 mails, and whoever unsubscribes meanwhile has none written.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from newsletter import bounces
from newsletter.composing import Letter, OwnLinks, letter_of, sender
from newsletter.issue_services import IssueError, begin, check, end, pause, waiting_mails
from newsletter.links import PREFERENCES, UNSUBSCRIBE, address_of
from newsletter.models import Issue, Subscriber
from newsletter.suppression import NEWSLETTER, mailable, may_be_mailed
from outbox.bulk import Bulk, register_bulk
from outbox.mass_mail import BATCH, store_rows
from outbox.models import OutboxMail
from outbox.purposes import register_purpose

logger = logging.getLogger(__name__)

MOST_WAITING = 5000
"""How many copies of an issue wait in the outbox at a time."""
PAGE = 4 * BATCH

PURPOSE = register_purpose(NEWSLETTER.value, right="newsletter.view_issue", about="issues")


class OvertakenError(Exception):
    """Somebody has paused or stopped the issue, or another worker has come further."""


def send_issues() -> int:
    """Begin what is due and write the next copies of all that is under way; return how many."""
    for issue in Issue.objects.due():
        with suppress(IssueError):  # another worker, or a colleague, was faster
            begin(issue)
    return sum(write_copies(issue) for issue in Issue.objects.under_way())


def write_copies(issue: Issue, *, most: int = MOST_WAITING) -> int:
    """Write copies until so many wait; return how many. The issue ends when none waits any more.

    The mail is read again each time: what a deployment has changed in its template may not leave.
    """
    letter = letter_of(issue)
    try:
        check(letter)
    except IssueError as error:
        with suppress(IssueError):  # as above
            pause(issue, because=str(error))
        logger.error("Issue %d is paused: its mail no longer passes the check.", issue.pk)  # noqa: TRY400 - the text may hold links
        return 0
    waiting = waiting_mails(issue).count()
    copies = _Copies(issue, letter, most - waiting)
    try:
        written = store_rows(copies.rows(), dedupe_key=issue.dedupe_key, note=copies.note)
        written += copies.skip_the_rest()
    except OvertakenError:
        return copies.written
    if copies.at_the_end and not waiting and not written:
        end(issue, Issue.State.SENT)
    return written


class _Copies:
    """The next copies of an issue, and how far they have come."""

    def __init__(self, issue: Issue, letter: Letter, most: int) -> None:
        self.issue, self.letter, self.most = issue, letter, most
        self.stored = self.seen = issue.reached
        self.written = 0
        self.at_the_end = False
        self.sender = sender()

    def rows(self) -> Iterator[OutboxMail]:
        """Yield the mails, in the order of their readers' numbers, page by page."""
        left = self.most
        while left > 0:
            page = list(
                Subscriber.objects.audience(self.letter.topics)
                .filter(pk__gt=self.seen)
                .order_by("pk")
                .only("pk", "email", "key")[: min(PAGE, left)]
            )
            if not page:
                self.at_the_end = True
                return
            may = set(mailable(reader.email for reader in page))
            for reader in page:
                self.seen = reader.pk
                if reader.email in may:
                    yield self.row(reader)
            left -= len(page)

    def row(self, reader: Subscriber) -> OutboxMail:
        name = message_id(self.issue, reader)
        links = OwnLinks(address_of(reader, PREFERENCES), address_of(reader, UNSUBSCRIBE))
        return OutboxMail(
            message_id=name,
            dedupe_key=self.issue.dedupe_key,
            purpose=PURPOSE,
            sender=bounces.return_path(reader) or self.sender,
            recipient=reader.email,
            subject=self.issue.title,
            message=self.letter.to(reader.email, message_id=name, links=links),
        )

    def note(self, stored: int) -> None:
        """Remember how far this is, in the transaction of the batch."""
        mine = Issue.objects.under_way().filter(pk=self.issue.pk, reached=self.stored)
        if not mine.update(reached=self.seen, queued=F("queued") + stored):
            raise OvertakenError
        self.stored = self.seen
        self.written += stored

    def skip_the_rest(self) -> int:
        """Remember readers behind the last copy who get none."""
        if self.seen != self.stored:
            with transaction.atomic():
                self.note(0)
        return 0


def message_id(issue: Issue, reader: Subscriber) -> str:
    """Name the mail of an issue to a reader: the same whenever it is written."""
    name = salted_hmac("newsletter.message-id", f"{issue.pk}.{reader.key}", algorithm="sha256")
    return f"<issue.{issue.pk}.{name.hexdigest()[:32]}@{settings.SITE_HOST}>"


def _issue_of(mail: OutboxMail) -> Issue | None:
    number = (mail.dedupe_key or "").rpartition("-")[2]
    return Issue.objects.filter(pk=int(number)).first() if number.isdecimal() else None


def held_back() -> Collection[str]:
    """Return the keys of the issues whose mails wait until somebody resumes them."""
    return [issue.dedupe_key for issue in Issue.objects.filter(state=Issue.State.PAUSED)]


def may_leave(mail: OutboxMail) -> bool:
    """Tell, as a worker takes a mail, whether its reader still wants it."""
    issue = _issue_of(mail)
    if issue is None or issue.state == Issue.State.STOPPED:
        return False
    reading = Subscriber.objects.audience(issue.topics.all()).filter(email=mail.recipient)
    return reading.exists() and may_be_mailed(mail.recipient)


def note_sent(mail: OutboxMail) -> None:
    """Count a mail that has left, and forget what failed at this address before."""
    if (issue := _issue_of(mail)) is not None:
        Issue.objects.filter(pk=issue.pk).update(sent=F("sent") + 1)


def note_failure(mail: OutboxMail, status: str, *, last: bool) -> bool:
    """Count a mail that nobody takes, and park an address that does not exist.

    Where the mail server gives no reason, the fault may be anybody's: the mail is tried as often as
    any other, and waits for a person then.
    """
    hard = bounces.is_hard(status)
    if not (hard or (last and status)):
        return False
    bounces.record_bounce(mail.recipient, hard=hard)
    if (issue := _issue_of(mail)) is not None:
        Issue.objects.filter(pk=issue.pk).update(came_back=F("came_back") + 1)
    return True


register_bulk(
    PURPOSE,
    Bulk(waits=held_back, may_leave=may_leave, sent=note_sent, failed=note_failure),
)
