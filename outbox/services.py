"""What happens to a mail between the moment it is stored and the moment its row goes."""

import copy
import re
import secrets
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from itertools import pairwise
from operator import itemgetter

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from outbox.bulk import bulk_of, bulk_purposes
from outbox.error_names import enhanced_status, short_name
from outbox.models import (
    FAREWELL,
    FIRST_WAIT,
    LEASE,
    MOST_TRIES,
    SERVICE,
    OutboxMail,
    OutboxMailQuerySet,
)
from outbox.silence import without_silenced
from outbox.staff_mail import DAILY, MATTER_HEADER, due_for
from sens_site.lib.email_address import as_stored

PURPOSE_HEADER = "x-purpose"
DEDUPE_HEADER = "x-dedupe-key"
OURS = (PURPOSE_HEADER, DEDUPE_HEADER, MATTER_HEADER.lower())
WORKER_LOST = "WorkerLost"


@transaction.atomic
def store_mail(message: EmailMessage) -> int:
    """Store a message in the running transaction and return how many rows that made.

    Three headers are for us and are not sent: `X-Purpose`, a slug, `X-Dedupe-Key`, with which a
    message is stored once for each recipient however often the caller runs, and `X-Matter`, by which
    colleagues who read such mails once a day have them in the morning (`staff_mail.py`).
    """
    ours, headers = _split_headers(message.extra_headers)
    purpose = ours.get(PURPOSE_HEADER, SERVICE)
    if not re.fullmatch(r"[a-z0-9-]{1,40}", purpose):
        raise ValueError(f"X-Purpose is not a short slug: {purpose!r}")
    dedupe_key = ours.get(DEDUPE_HEADER)
    matter = ours.get(MATTER_HEADER.lower())

    outgoing = copy.copy(message)
    outgoing.extra_headers = headers = as_automatic(headers)
    message_id = next((v for k, v in headers.items() if k.lower() == "message-id"), None)
    if message_id is None:
        # Django's own asks the resolver for this machine's name: slow where DNS is, and nobody's
        # business.
        message_id = headers["Message-ID"] = make_msgid(domain=settings.SITE_HOST)
    mime = outgoing.message().as_bytes(linesep="\r\n")
    addresses = list(dict.fromkeys(map(_address, outgoing.recipients())))
    recipients = without_silenced(addresses, purpose=purpose)
    rows = [
        OutboxMail(
            message_id=message_id,
            dedupe_key=dedupe_key,
            purpose=purpose,
            sender=outgoing.from_email,
            recipient=address,
            subject=str(outgoing.subject),
            message=mime,
        )
        for address in recipients
    ]
    if matter is not None:
        _put_off(rows, matter)
    if dedupe_key is None:
        return len(OutboxMail.objects.bulk_create(rows))
    before = OutboxMail.objects.filter(dedupe_key=dedupe_key).count()
    OutboxMail.objects.bulk_create(rows, ignore_conflicts=True)
    return OutboxMail.objects.filter(dedupe_key=dedupe_key).count() - before


def _put_off(rows: list[OutboxMail], matter: str) -> None:
    """Let mails wait for the morning whose readers have asked for that."""
    now = timezone.now()
    for row in rows:
        row.due_at = due_for(matter, row.recipient, now)
        if row.due_at > now and row.dedupe_key is None:
            row.dedupe_key = f"{DAILY}{secrets.token_hex(8)}"


def claim_next() -> OutboxMail | None:
    """Take the next due mail for a worker, or None.

    The claim is committed before anything is sent, so no lock is held while a mail server thinks.
    It lapses after the lease: a worker that was killed loses its mail to the next one.
    Whatever else waits goes before mails to many: a password reset does not queue behind 100,000.
    """
    now = timezone.now()
    if mail := _claim_oldest(_others(now), now):
        return mail
    return None if _bulk_cap_reached(now) else _claim_oldest(_bulk(now), now)


def queues(now: datetime) -> list[OutboxMailQuerySet]:
    """Return what is due, mails to many last."""
    return [*_others(now), *_bulk(now)]


def _others(now: datetime) -> list[OutboxMailQuerySet]:
    """Return what goes to one.

    Ranges of an index stand for "none of these purposes", which would read every one of 100,000.
    """
    due = OutboxMail.objects.due(now)
    bulk = bulk_purposes()
    between = [due.filter(purpose__gt=a, purpose__lt=b) for a, b in pairwise(bulk)]
    return [due.filter(purpose__lt=bulk[0]), *between, due.filter(purpose__gt=bulk[-1])]


def _bulk(now: datetime) -> list[OutboxMailQuerySet]:
    """Return what goes to many, without what a room holds back."""
    due = OutboxMail.objects.due(now)
    found = []
    for purpose in bulk_purposes():
        bulk, queue = bulk_of(purpose), due.filter(purpose=purpose)
        held = bulk.waits() if bulk else ()
        found.append(queue.exclude(dedupe_key__in=held) if held else queue)
    return found


def _claim_oldest(some: list[OutboxMailQuerySet], now: datetime) -> OutboxMail | None:
    """Claim the mail of several queues that has been due for longest."""
    heads = [(row.due_at, row.pk, queue) for queue in some for row in queue.only("due_at")[:1]]
    for _, _, queue in sorted(heads, key=itemgetter(0, 1)):
        if mail := _claim_first(queue, now):
            return mail
    return None


def _claim_first(queue: OutboxMailQuerySet, now: datetime) -> OutboxMail | None:
    # Looks without a lock first: an idle worker must not take SQLite's one write lock.
    while queue.exists():
        with transaction.atomic():
            mail = queue.select_for_update(skip_locked=True).first()
            if mail is None:
                return None
            bulk = bulk_of(mail.purpose)
            if bulk is not None and not bulk.may_leave(mail):
                mail.delete()
                continue
            mail.attempts += 1
            mail.claim = secrets.token_hex(16)
            mail.lease_until = now + LEASE
            mail.save(update_fields=["attempts", "claim", "lease_until"])
            return mail
    return None


@transaction.atomic
def park_lost() -> int:
    """Park mails whose worker never came back from the last try; return how many.

    Perhaps the mail itself kills workers. It must not do so for ever.
    """
    now = timezone.now()
    return OutboxMail.objects.lost(now).update(
        parked_at=now, claim="", lease_until=None, last_error=WORKER_LOST
    )


def _bulk_cap_reached(now: datetime) -> bool:
    cap = settings.OUTBOX_HOURLY_CAP
    if not cap:
        return False
    mails = OutboxMail.objects.filter(purpose__in=bulk_purposes())
    sent = mails.filter(sent_at__gt=now - timedelta(hours=1)).count()
    in_hand = mails.waiting().filter(lease_until__gt=now).count()
    return sent + in_hand >= cap


@transaction.atomic
def record_sent(mail: OutboxMail) -> None:
    """Note that the mail server took the mail, and empty what may hold codes and links.

    Holds even when the claim has lapsed meanwhile: sent is sent. A farewell is to someone whom we
    no longer know, so nothing of it stays.
    """
    row = OutboxMail.objects.filter(pk=mail.pk)
    if mail.purpose == FAREWELL:
        row.delete()
        return
    row.update(
        sent_at=timezone.now(),
        parked_at=None,
        message=b"",
        claim="",
        lease_until=None,
        last_error="",
        request_id="",
    )
    if bulk := bulk_of(mail.purpose):
        bulk.sent(mail)


@transaction.atomic
def record_failure(mail: OutboxMail, *, error: BaseException) -> None:
    """Plan the next try, or park the mail after the last. Only the holder of the claim may."""
    held = OutboxMail.objects.select_for_update().filter(pk=mail.pk, claim=mail.claim).first()
    if held is None or held.sent_at is not None:
        return
    now = timezone.now()
    last = held.attempts >= MOST_TRIES
    bulk = bulk_of(held.purpose)
    if bulk is not None and bulk.failed(held, enhanced_status(error), last=last):
        held.delete()
        return
    if last:
        held.parked_at = now
    else:
        held.due_at = now + FIRST_WAIT * 2 ** (held.attempts - 1)
    held.claim = ""
    held.lease_until = None
    held.last_error = short_name(error)
    held.save(update_fields=["parked_at", "due_at", "claim", "lease_until", "last_error"])


@transaction.atomic
def release_mail(mail: OutboxMail, *, error: BaseException) -> None:
    """Put back a mail that was never tried, because no mail server could be reached."""
    OutboxMail.objects.filter(pk=mail.pk, claim=mail.claim, sent_at__isnull=True).update(
        attempts=mail.attempts - 1, claim="", lease_until=None, last_error=short_name(error)
    )


@transaction.atomic
def retry_parked(mails: OutboxMailQuerySet) -> int:
    """Give parked mails all their tries again and return how many there were."""
    return mails.parked().update(
        parked_at=None, attempts=0, due_at=timezone.now(), claim="", lease_until=None
    )


@transaction.atomic
def withdraw_mail(*, purpose: str, recipient: str) -> int:
    """Delete what waits for an address under a purpose, parked or not; return how many there were.

    What a worker has in hand at this moment may still leave: nobody can call it back.
    """
    waiting = OutboxMail.objects.filter(
        purpose=purpose, recipient=as_stored(recipient), sent_at=None
    )
    return waiting.delete()[0]


def as_automatic(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a mail that no person sends by hand (RFC 3834), unless they say more.

    Without it, each out-of-office answer to a notice would come to the webmaster.
    """
    if any(name.lower() == "auto-submitted" for name in headers):
        return headers
    return {**headers, "Auto-Submitted": "auto-generated"}


def _split_headers(headers: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    ours = {k.lower(): v for k, v in headers.items() if k.lower() in OURS}
    return ours, {k: v for k, v in headers.items() if k.lower() not in ours}


def _address(recipient: str) -> str:
    return as_stored(parseaddr(str(recipient))[1] or str(recipient))
