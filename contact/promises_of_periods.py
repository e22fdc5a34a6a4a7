"""The promise about how long messages stay: 24 months after the matter is closed."""

import secrets
from bisect import bisect_left
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit_log.models import AuditEntry
from contact.models import ContactMessage, Quarantine, State
from contact.services import answer_message, mark_spam
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.purging import (
    PURGE,
    done_by_the_job,
    months_from,
    nothing_is_over,
    purge_keeps,
    ran_lately,
)
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.promises.played_requests import hold

CLOSED_BY = ("Marked as answered.", "Reply sent.")
"""What the list of the desk says of a message that is closed."""
A_MOMENT = timedelta(minutes=10)
"""Within one request both are written."""


def _kinds_of_messages() -> dict[str, dict[str, Any]]:
    """Return the columns of a message of each kind that is closed 24 months ago, or that waits."""
    limit, a_day = months_from(timezone.now(), -24), timedelta(days=1)
    held = {f"held ({why.value})": {"quarantined_because": why} for why in Quarantine if why.value}
    played: dict[str, dict[str, Any]] = {
        "waiting": {"received_at": months_from(limit, -24)},
        "answered, though received long ago, not yet": {
            "state": State.ANSWERED,
            "received_at": months_from(limit, -24),
            "answered_at": limit + a_day,
        },
    }
    for name, moment in (("over", limit - a_day), ("not yet", limit + a_day)):
        answered = {"state": State.ANSWERED, "answered_at": moment}
        played[f"answered, {name}"] = answered
        played[f"answered with a note of staff, {name}"] = {**answered, "answer_note": "Called."}
        played[f"answered, no contact wanted, {name}"] = {**answered, "wants_contact": False}
        played[f"answered, with all else filled in, {name}"] = answered
        for kind, columns in {"spam": {}, **held}.items():
            spam = {**columns, "state": State.SPAM, "received_at": moment}
            played[f"{kind}, {name}"] = played[f"{kind}, with all else filled in, {name}"] = spam
    return played


NOT_OF = {
    State.ANSWERED: {"quarantined_because"},
    State.SPAM: {"quarantined_because", "answered_at", "answered_by"},
}
"""What a message of a state never has."""


@promise("retention.messages", look=Look.REHEARSAL)
def messages_go_after_their_time(site: RunningSite) -> Evidence:
    """Of each kind of closed message the older one goes; one that waits stays, however old."""
    purge_keeps("retention.messages")
    with site.rehearsal():
        hold("neighbour-check@example.com")  # what is held of one keeps nothing of another
        keys = {}
        for name, columns in _kinds_of_messages().items():
            row = ContactMessage.objects.create(
                name="A check of the promises",
                email="check@example.com",
                message="This is rolled back.",
                fingerprint=secrets.token_hex(32),
            )
            ContactMessage.objects.filter(pk=row.pk).update(**{"wants_contact": True, **columns})
            if "with all else" in name:
                fill(row, but=NOT_OF[columns["state"]])
            keys[row.pk] = name
        keys |= _closed_with_what_they_double()
        done_by_the_job(PURGE)
        left = ContactMessage.objects.filter(pk__in=keys).values_list("pk", flat=True)
        kept = {keys[pk] for pk in left}
    late = sorted(name for name in kept if name.endswith(", over"))
    require(not late, f"a message is still there after its time ({', '.join(late)})")
    early = sorted(n for n in {*keys.values()} - kept if not n.endswith(", over"))
    require(not early, f"a message is deleted before its time ({', '.join(early)})")
    return Evidence(
        "Played through for this check: a message of each kind was deleted when its time was "
        "over; a younger one and one that waits stayed.",
        {"months after it is closed": 24, "messages": len(keys)},
    )


def _closed_with_what_they_double() -> dict[int, str]:
    """Close messages of which there are doubles, 24 months and a day ago; return all by their names.

    A double is not closed by itself: it is answered with the message that it doubles.
    """
    word = f"check{secrets.token_hex(6)}"
    by = get_user_model().objects.create(username=word, email=f"{word}@example.com")
    over = months_from(timezone.now(), -24) - timedelta(days=1)
    keys: dict[int, str] = {}
    for how in ("answered", "spam"):
        rows = [
            ContactMessage.objects.create(
                name="A check of the promises", email="check@example.com",
                message="This is rolled back.", fingerprint=secrets.token_hex(32),
            )
            for _ in range(2)
        ]  # fmt: skip
        ContactMessage.objects.filter(pk=rows[1].pk).update(duplicate_of=rows[0])
        if how == "answered":
            answer_message(rows[0], by=by)
        else:
            mark_spam(rows[0])
        keys |= {rows[0].pk: f"{how}, doubled, over", rows[1].pk: f"{how}, a double, over"}
    closed = ContactMessage.objects.filter(pk__in=keys)
    closed.update(received_at=over - timedelta(days=1))
    # What was given a time is given another; who was forgotten is still without one.
    closed.exclude(answered_at=None).update(answered_at=over)
    return keys


def _days_are_those_that_were_noted() -> int:
    """Require that messages bear the time of their answer at which the desk has noted one.

    Its list is locked (`audit_log/guards.py`): who moves the day from which 24 months are counted,
    moves it in the message alone. A double is answered with the message that it doubles, and keeps the
    time when it is let go or doubles another one: so any noted time will do. Returns how many were
    compared: what is not noted can be compared with nothing.
    """
    noted: set[int] = set()
    times: list[datetime] = []
    entries = AuditEntry.objects.filter(table="contact.ContactMessage", did__in=CLOSED_BY)
    for row, at in entries.exclude(row=None).values_list("row", "at"):
        noted.add(int(str(row)))
        times.append(at)
    times.sort()
    answered = ContactMessage._base_manager.filter(state="answered")
    compared = 0
    rows: Any = answered.values_list("pk", "duplicate_of", "answered_at")
    for pk, double_of, at in rows:
        if not noted & {pk, double_of}:
            continue
        first = bisect_left(times, at - A_MOMENT)
        near = first < len(times) and times[first] <= at + A_MOMENT
        require(near, "a message bears another day of its answer than was noted")
        compared += 1
    return compared


@promise("retention.messages", look=Look.ROWS)
def no_stored_message_is_over(site: RunningSite) -> Evidence:
    """None was closed more than 24 months ago, and none has waited so long that nobody closes it."""
    limit = months_from(timezone.now(), -24)
    rows = ContactMessage._base_manager
    waiting = rows.filter(state="waiting")
    forgotten = nothing_is_over(
        "messages that have waited for an answer for more than 24 months",
        waiting, "received_at", before=limit,
    )  # fmt: skip
    closed = rows.exclude(state="waiting").annotate(
        closed_at=Coalesce("answered_at", "received_at")
    )
    compared = _days_are_those_that_were_noted()
    return Evidence(
        "No stored message was closed more than 24 months ago, and each bears the day of its answer "
        "that the desk has noted, where it has.",
        {
            "days compared with the list of the desk": compared,
            **forgotten,
            **nothing_is_over(
                "messages closed more than 24 months ago", closed, "closed_at", before=limit
            ),
            **ran_lately(PURGE),
        },
    )
