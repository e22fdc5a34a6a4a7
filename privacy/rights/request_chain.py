"""The chain over what happened to requests: one link a night.

A link holds digests of the events that came in since the last one. There is one each night, also
when nothing came in, and a number drawn by chance goes into its hash: the log of heads is public,
and nobody is to learn from it on which days somebody asked for something.
"""

import json
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.policy.chains import START, Chain, Head, register_chain
from privacy.rights.choices import CLOSING
from privacy.rights.models import RequestEvent, RequestSeal
from sens_site.lib.canonical_json import canonical_json, digest_of
from sens_site.lib.months import add_months

KEPT_MONTHS = 36
SLACK = timedelta(days=2)
"""For time zones, and for months of different lengths."""
PORTION = 500

SealRow = tuple[int, date, str, str, str, str]
SEAL_COLUMNS = ("number", "sealed_on", "salt", "content", "previous_hash", "hash")
EventRow = tuple[Any, ...]
EVENT_COLUMNS = (
    "pk", "request_id", "did", "at", "actor", "proof", "ground", "fact",
    "request__reference", "request__kind", "request__channel", "request__received_at",
)  # fmt: skip
"""All that no erasure blanks: name, address, text and notes are no part of the chain."""


class Entry(NamedTuple):
    """What a link holds of one event."""

    event: int
    request: int
    digest: str
    keep_until: str
    """Of the event that closes a request: the day from which all events of it may be gone."""


@dataclass
class Verification:
    """What a look at the chain has found."""

    links: int = 0
    events: int = 0
    faults: list[str] = field(default_factory=list)


def entry_of(row: EventRow) -> Entry:
    """Return what a link holds of an event."""
    keep_until = ""
    if row[2] in CLOSING:
        keep_until = add_months(row[3].astimezone(UTC).date(), KEPT_MONTHS).isoformat()
    return Entry(row[0], row[1], digest_of([_plain(value) for value in row]), keep_until)


def link_hash(number: int, sealed_on: date, salt: str, content: str, previous: str) -> str:
    """Return the hash of one link."""
    return digest_of([number, sealed_on.isoformat(), salt, content, previous])


def seal_requests() -> int:
    """Put the events that wait into a link of today; return how many. Once a day."""
    if RequestSeal.objects.filter(sealed_on__gte=timezone.localdate()).exists():
        return 0
    try:
        with transaction.atomic():
            return _seal()
    except IntegrityError:
        return 0  # another worker was faster


def _seal() -> int:
    last = RequestSeal.objects.order_by("-number").first()
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    sealed = {entry.event for row in _links() for entry in entries_in(row[3])}
    waiting = [entry_of(row) for row in _events() if row[0] not in sealed]
    day, salt, content = timezone.localdate(), secrets.token_hex(16), canonical_json(waiting)
    RequestSeal.objects.create(
        number=number,
        sealed_on=day,
        salt=salt,
        content=content,
        previous_hash=previous,
        hash=link_hash(number, day, salt, content, previous),
    )
    return len(waiting)


def entries_in(content: str) -> list[Entry]:
    """Read what a link holds."""
    return [Entry(*values) for values in json.loads(content)]


def verify(links: Iterable[SealRow], events: Iterable[EventRow], *, today: date) -> Verification:
    """Check plain rows: every link, and every event that a link holds."""
    found, entries, head = Verification(), dict[int, Entry](), START
    for number, sealed_on, salt, content, previous, link in links:
        found.links += 1
        if (number, previous) != (found.links, head):
            found.faults.append(f"The chain of requests is broken before link {number}.")
        head = link
        if link != link_hash(number, sealed_on, salt, content, previous):
            found.faults.append(f"Link {number} of the chain of requests has been changed.")
            continue
        entries |= {entry.event: entry for entry in entries_in(content)}
    over = {
        entry.request
        for entry in entries.values()
        if entry.keep_until and date.fromisoformat(entry.keep_until) < today + SLACK
    }
    for row in events:
        found.events += 1
        entry = entries.pop(row[0], None)
        if entry is not None and entry != entry_of(row):
            found.faults.append(f"Event {row[0]} of request {row[8]} has been changed.")
    found.faults += [
        f"Event {entry.event} of a privacy request is missing."
        for entry in entries.values()
        if entry.request not in over
    ]
    return found


def verify_stored() -> Verification:
    """Check everything that is stored."""
    return verify(_links(), _events(), today=timezone.localdate())


def head() -> Head:
    """Return the newest link."""
    newest = RequestSeal.objects.order_by("-number").values_list("number", "hash").first()
    return Head(*newest) if newest else Head(0, START)


def hashes_at(sizes: Collection[int]) -> dict[int, str]:
    """Return the hashes of links by their numbers."""
    return dict(RequestSeal.objects.filter(number__in=sizes).values_list("number", "hash"))


def _links() -> Iterator[Any]:
    return RequestSeal.objects.order_by("number").values_list(*SEAL_COLUMNS).iterator(PORTION)


def _events() -> Iterator[Any]:
    return RequestEvent.objects.order_by("pk").values_list(*EVENT_COLUMNS).iterator(PORTION)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def faults() -> list[str]:
    """Say what is wrong with the chain as it is stored."""
    return verify_stored().faults


register_chain(
    Chain("requests", head=head, hashes_at=hashes_at, faults=faults, before_night=seal_requests)
)
