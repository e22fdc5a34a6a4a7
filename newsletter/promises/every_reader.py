"""Promises about the mails of an issue, whoever reads it: however they came, wherever their mailbox is.

A mail that differs for a few is read by no check that looks at two readers. So one issue is written to
readers of each source, new and years old, at the mailboxes that most people have.
"""

import re
import secrets
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.utils import timezone

from newsletter.models import Subscriber
from newsletter.promises.issues import (
    LINKING,
    PURPOSE,
    an_issue,
    must_have_a_way_out,
    must_tell_nothing,
    parts_of,
    sent,
)
from newsletter.promises.sources import age, like, of_each_source
from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

MAILBOXES = (
    "example.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com",
    "icloud.com", "aol.com", "gmx.de", "web.de", "proton.me", "qq.com", "example.edu", "example.gov",
    "example.de", "example.co.uk", "xn--bcher-kva.example",
)  # fmt: skip
LOADS = re.compile(
    r"<(?:img|image|picture|source|iframe|frame|object|embed|script|link|video|audio|svg|input|base)\b"
    r"|\b(?:src|srcset|background|poster)\s*=|url\s*\(|@import",
    re.IGNORECASE,
)
"""What a mail program loads when it opens a mail."""
_written: WeakKeyDictionary[RunningSite, list[OutboxMail]] = WeakKeyDictionary()


def mails_of_every_reader(site: RunningSite) -> list[OutboxMail]:
    """Return the mails of one issue to readers of every kind. Written once a run, and undone."""
    if site not in _written:
        _written[site] = _written_for(site)
    return _written[site]


def _written_for(site: RunningSite) -> list[OutboxMail]:
    with an_issue(site, body=LINKING) as issue:
        topic = issue.topics.get()
        emails = set()
        for row in of_each_source(site, topic).values():
            fresh, old = like(row, topic), like(row, topic)
            age(old)
            # Who is parked gets none.
            Subscriber.objects.filter(pk=old.pk).update(parked_at=None, parked_because="")
            emails |= {fresh.email, old.email}
        for domain in (*MAILBOXES, settings.SITE_HOST):
            email = f"check{secrets.token_hex(6)}@{domain}"
            made = like(row, topic)
            Subscriber.objects.filter(pk=made.pk).update(email=email)
            emails.add(email)
        sent(issue)
        mails = list(OutboxMail.objects.filter(purpose=PURPOSE, recipient__in=emails))
        missing = len(emails) - len(mails)
        require(not missing, f"of {len(emails)} readers {missing} get no issue")
    return mails


def in_each_state(mail: OutboxMail) -> None:
    """Let mails wait beside one that waits: tried in vain, put aside for a person, taken and left."""
    now = timezone.now()
    states: tuple[dict[str, Any], ...] = (
        {"attempts": 3, "due_at": now + timedelta(hours=2), "last_error": "SMTPDataError"},
        {"attempts": 8, "parked_at": now, "last_error": "SMTPDataError"},
        {"attempts": 1, "claim": secrets.token_hex(16), "lease_until": now - timedelta(hours=1)},
        {"due_at": now + timedelta(days=30)},
        {"created_at": now - timedelta(days=400), "due_at": now - timedelta(days=400)},
    )
    for state in states:
        values = {one.attname: getattr(mail, one.attname) for one in mail._meta.concrete_fields}
        name = f"<{secrets.token_hex(8)}@example.com>"
        other = {"id": None, "dedupe_key": None, "message_id": name}
        OutboxMail.objects.create(**{**values, **other, **state})


def nothing_waits_for(email: str) -> None:
    """Require that who has left is not written to on that account, not even with a word of regret."""
    written = OutboxMail.objects.filter(recipient=email, sent_at=None).count()
    require(not written, "who unsubscribes is written to on that account")


@promise("beacons.in-mail", look=Look.REHEARSAL)
def no_reader_gets_an_issue_that_loads(site: RunningSite) -> Evidence:
    """The mail of each is read as it is stored: none loads anything when it is opened."""
    mails = mails_of_every_reader(site)
    for mail in mails:
        found = LOADS.search(parts_of(mail)[2])
        require(not found, f"an issue to one kind of readers holds “{found and found[0]}”")
    return Evidence(
        "Played through for this check: an issue to readers of each kind loaded nothing.",
        {"mails read": len(mails)},
    )


@promise("newsletter.archive", look=Look.REHEARSAL)
def no_reader_gets_a_link_of_their_own(site: RunningSite) -> Evidence:
    """The mails differ by nothing but the links with which each reader changes and ends them."""
    mails = mails_of_every_reader(site)
    must_tell_nothing(mails, LINKING)
    return Evidence(
        "Played through for this check: an issue had the same links for readers of each kind.",
        {"mails read": len(mails)},
    )


@promise("mail.unsubscribe-link", look=Look.REHEARSAL)
def each_reader_gets_a_way_out(site: RunningSite) -> Evidence:
    """The mail of each has the link, and each has one of its own."""
    mails = mails_of_every_reader(site)
    ways_out = {must_have_a_way_out(mail) for mail in mails}
    require(len(ways_out) == len(mails), "the link to unsubscribe is one for several readers")
    return Evidence(
        "Played through for this check: an issue to readers of each kind had the link.",
        {"mails read": len(mails)},
    )
