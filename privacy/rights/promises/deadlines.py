"""Promises about by when there is an answer, and that staff are told before it is late."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.promises.purging import (
    ALARMS,
    LATE,
    age,
    done_by_the_job,
    months_from,
    ran_lately,
    runs_daily,
)
from privacy.promises.played_clock import NOON, at_the_hour
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import alarms, services
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.deadlines import Alarm, deadline_for
from privacy.rights.intake import record
from privacy.rights.models import RequestEvent, RequestNote, SubjectRequest
from privacy.rights.promises.played_requests import (
    REASON,
    at_the_desk,
    is_refused,
    mailed,
    request_of,
)
from privacy.rights.promises.stored_requests import has_words

IN_30_DAYS = {
    date(2026, 1, 30): date(2026, 2, 28),
    date(2026, 2, 1): date(2026, 3, 1),
    date(2026, 4, 30): date(2026, 5, 30),
    date(2026, 7, 31): date(2026, 8, 30),
    date(2028, 1, 31): date(2028, 2, 29),
}
"""By when a request of a day is answered: 30 days, or one calendar month if that ends sooner."""
IN_THREE_MONTHS = {
    date(2026, 1, 31): date(2026, 4, 30),
    date(2026, 5, 15): date(2026, 8, 15),
    date(2026, 11, 30): date(2027, 2, 28),
}
FIRST_OF_SORTS = 60
"""How many days ago the first of many sorts has come: the words of a request tell it from others."""
MORE_TIME = {1: True, -1: False, -10: False}
"""So many days before the date ends, or after it, more time can be taken, or cannot."""
HOURS = (time(0, 10), time(12), time(17, 40), time(23, 50))
"""A day is a day at whatever hour a request comes."""


def last_day(received: datetime, *, extended: bool) -> date:
    """Return the last day for an answer, counted as the policy says it."""
    day = timezone.localtime(received).date()
    if extended:
        return months_from(day, 3)
    return min(day + timedelta(days=30), months_from(day, 1))


def received_so_that_it_ends(when: date, *, extended: bool) -> datetime:
    """Return when a request came whose last day is the given one, or the next after it."""
    zone = timezone.get_default_timezone()
    days = (
        datetime.combine(when - timedelta(days=back), time(12), zone) for back in range(95, 0, -1)
    )
    return next(day for day in days if last_day(day, extended=extended) >= when)


def open_requests() -> list[SubjectRequest]:
    """Return what is not answered, held ones too: in them somebody may have asked for a right."""
    return [
        request
        for request in SubjectRequest._base_manager.prefetch_related("events")
        if not {event.did for event in request.events.all()} & CLOSED_BY
    ]


EARLIER = (Alarm.HALF, Alarm.THREE_QUARTERS, Alarm.NEARLY)
"""What has been told of a request before it is late: none of it is told again."""
CLOSED_BY = {"answered", "refused", "withdrawn", "spam"}


def is_extended(request: SubjectRequest) -> bool:
    """Tell whether more time was taken."""
    return any(event.did == "extended" for event in request.events.all())


def silent_about(waiting: list[SubjectRequest], *, extended: bool) -> int:
    """Count the requests whose last day is tomorrow, and of which no alarm has told staff."""
    now, tomorrow = timezone.now(), timezone.localdate() + timedelta(days=1)
    return sum(
        request.received_at < now - LATE
        and last_day(request.received_at, extended=extended) <= tomorrow
        and not any(event.did == "alarm" for event in request.events.all())
        for request in waiting
    )


@promise("rights.answer-within-30-days", look=Look.NOW, strength=Strength.LOOKED_UP)
def answers_are_due_in_30_days_or_a_month(site: RunningSite) -> Evidence:
    """The earlier of both counts."""
    zone = timezone.get_default_timezone()
    for (received, last), hour in product(IN_30_DAYS.items(), HOURS):
        due = deadline_for(datetime.combine(received, hour, zone), zone).in_force
        require(due == last, f"received {received} at {hour}, due {due}")
    return Evidence(
        "Answers are due after 30 days or one month, whichever ends first.",
        {"days tried": len(IN_30_DAYS)},
    )


@promise("rights.answer-within-30-days", look=Look.ROWS)
def no_request_is_late(site: RunningSite) -> Evidence:
    """No request on this site, held or not, has been open for longer, and the desk knows its day."""
    today, waiting = timezone.localdate(), [r for r in open_requests() if not is_extended(r)]
    late = sum(last_day(request.received_at, extended=False) < today for request in waiting)
    require(not late, f"{late} requests wait longer than that")
    filed = sum(
        request.due_on > last_day(request.received_at, extended=False) for request in waiting
    )
    require(not filed, f"{filed} requests are filed under a later day")
    closed = sum(request.closed_at is not None for request in waiting)
    require(not closed, f"{closed} requests are filed as closed, and nobody has answered them")
    ahead = sum(request.received_at > timezone.now() + LATE for request in waiting)
    require(not ahead, f"{ahead} requests are to come in the future, and are never late")
    silent = silent_about(waiting, extended=False)
    require(not silent, f"staff were not told of {silent} requests whose time is over tomorrow")
    longest = min((request.received_at for request in waiting), default=None)
    return Evidence(
        "No stored request has been waiting for longer than 30 days or one month.",
        {"requests that wait": len(waiting), "late": late, "the longest": age(longest)},
    )


@promise("rights.told-of-delay", look=Look.REHEARSAL)
def more_time_needs_a_notice(site: RunningSite) -> Evidence:
    """More time cannot be taken without a reason that is told, nor after the date, nor by post then."""
    with at_the_desk(site) as staff, at_the_hour(HOURS[0]):
        today = timezone.localdate()
        asked = request_of(Kind.ACCESS)
        for way in (None, today):
            bare = is_refused(services.extend, asked, by=staff, reason=" ", posted_on=way)
            require(bare, "no reason is needed")
        services.extend(asked, by=staff, reason=REASON)
        require(REASON in mailed(), "the notice does not give the reason")
        for (ends_in, may), way in product(MORE_TIME.items(), (None, today)):
            received = received_so_that_it_ends(today + timedelta(days=ends_in), extended=False)
            days = (today - received.date()).days
            other = request_of(Kind.ERASURE if way is None else Kind.COMPLAINT, days_ago=days)
            SubjectRequest.objects.filter(pk=other.pk).update(received_at=received)
            other.refresh_from_db()
            told = {"by": staff, "reason": REASON, "posted_on": way}
            taken = not is_refused(services.extend, other, **told)
            require(taken or not may, "more time cannot be taken a day before the date")
            require(may or not taken, "more time can be taken when it is over")
    return Evidence(
        "Played through for this check: more time needed a reason, and was given only with a "
        "notice sent in time, by email or by post."
    )


@promise("rights.told-of-delay", look=Look.ROWS)
def nobody_was_told_too_late(site: RunningSite) -> Evidence:
    """Where more time was taken, it was taken before the date, with a reason in writing."""
    extended = [request for request in open_requests() if is_extended(request)]
    for request in extended:
        told = next(event for event in request.events.all() if event.did == "extended")
        date_of_notice = timezone.localtime(told.at).date()
        in_time = date_of_notice <= last_day(request.received_at, extended=False)
        require(in_time, "more time was taken when the date had passed")
        reason = RequestNote._base_manager.filter(event=told).exclude(text="").exists()
        require(reason or not has_words(request), "more time was taken without a reason")
    return Evidence(
        "Where a request that waits was given more time, a reason was stored before the date.",
        {"requests with more time": len(extended)},
    )


@promise("rights.within-three-months", look=Look.REHEARSAL)
def three_months_are_the_end(site: RunningSite) -> Evidence:
    """Extended once, a request is due after three months; staff are alarmed before, and then daily."""
    zone = timezone.get_default_timezone()
    for (received, last), hour in product(IN_THREE_MONTHS.items(), HOURS):
        moment = datetime.combine(received, hour, zone)
        due = deadline_for(moment, zone, extended=True).in_force
        require(due == last, f"received {received} at {hour} and extended, due {due}")
    with at_the_desk(site) as staff, at_the_hour(NOON):
        asked = request_of(Kind.ACCESS)
        services.extend(asked, by=staff, reason=REASON)
        asked = SubjectRequest.objects.get(pk=asked.pk)
        due = asked.deadline.in_force
        require(due == last_day(asked.received_at, extended=True), f"it is due on {due}")
        again = is_refused(services.extend, asked, by=staff, reason=REASON)
        require(again, "the time can be extended twice")
        _staff_are_alarmed(timezone.localdate(), staff)
    require(site.get("/privacy/requests/").status == 200, "the answer times are not published")
    return Evidence(
        "Played through for this check: extended once, a request was due after three months and "
        "could not be extended again; staff were told before its last day, and when it was late.",
        {"months": 3},
    )


def _of_each_sort(today: date) -> Iterator[tuple[str, SubjectRequest]]:
    """Store a request of each kind, by each way, and of whatever else staff may have done with it."""
    sorts: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        *((f"about {kind}", {"kind": kind}, {}) for kind in Kind),
        *((f"come by {way}", {"channel": way}, {}) for way in Channel),
        ("of which it is not shown who asks", {"proof": None}, {}),
        ("that somebody handles", {}, {"handler": "a" * 32}),
        (
            "that somebody answers just now",
            {},
            {"answering": "a" * 32, "answering_since": timezone.now()},
        ),
        ("of which there is a reminder", {}, {"remind_on": today + timedelta(days=40)}),
        ("of somebody who is restricted", {}, {"restricted_at": timezone.now()}),
        ("that wants contact", {}, {"wants_contact": True}),
        ("without a name", {}, {"name": ""}),
        ("without an address", {}, {"email": "", "postal_address": "A street"}),
    ]
    for number, (sort, asks, has) in enumerate(sorts, FIRST_OF_SORTS):
        asked = request_of(**{"kind": Kind.QUESTION, "days_ago": number, **asks})
        SubjectRequest.objects.filter(pk=asked.pk).update(**has)
        yield f"before its last day, {sort}", asked


def _staff_are_alarmed(today: date, staff: AbstractBaseUser) -> None:
    """Let the job give the alarms: on the day before the last one, and anew when it is late."""
    played: dict[int, str] = {}
    tomorrow = received_so_that_it_ends(today + timedelta(days=1), extended=False)
    for name, asked in _of_each_sort(today):
        SubjectRequest.objects.filter(pk=asked.pk).update(received_at=tomorrow)
        played[asked.pk] = name
        last = SubjectRequest.objects.get(pk=asked.pk).deadline.latest_on
        require(last == months_from(timezone.localdate(tomorrow), 3), f"{name}: it ends {last}")
    for name, ends_in, extended, held in (
        ("before its last day", 1, False, False),
        ("before its last day, held as spam", 1, False, True),
        ("before its last day, with more time", 1, True, False),
        ("late", -1, False, False),
        ("late for the second day", -2, False, False),
    ):
        asked = request_of(Kind.PORTABILITY, days_ago=len(played) % FIRST_OF_SORTS)
        if extended:
            services.extend(asked, by=staff, reason=REASON)
        received = received_so_that_it_ends(today + timedelta(days=ends_in), extended=extended)
        SubjectRequest.objects.filter(pk=asked.pk).update(received_at=received, is_held=held)
        played[asked.pk] = name
        for earlier in EARLIER if name.startswith("late") else ():
            record(asked, Did.ALARM, fact=alarms.stage_of(earlier, today))
        if name == "late for the second day":
            record(asked, Did.ALARM, fact=alarms.stage_of(Alarm.LATE, today - timedelta(days=1)))
    before = set(RequestEvent.objects.filter(did="alarm").values_list("pk", flat=True))
    mails = OutboxMail.objects.count()
    # How many mails the desk has had in this hour is no matter of the alarms.
    OutboxMail.objects.update(created_at=timezone.now() - timedelta(days=1))
    runs_daily(ALARMS)
    done_by_the_job(ALARMS)
    new = RequestEvent.objects.filter(did="alarm").exclude(pk__in=before)
    told = {played.get(pk) for pk in new.values_list("request", flat=True)}
    missed = sorted(set(played.values()) - told)
    require(not missed, f"nobody is told of a request {missed[:1]} (and {len(missed) - 1} more)")
    sent = OutboxMail.objects.count() - mails
    require(sent >= len(played), f"of {len(played)} alarms {sent} are mailed")


@promise("rights.within-three-months", look=Look.ROWS)
def no_reply_is_missing_after_three_months(site: RunningSite) -> Evidence:
    """No request is open after three months, and of each whose time runs out staff were told."""
    today, now = timezone.localdate(), timezone.now()
    waiting = open_requests()
    late = sum(last_day(request.received_at, extended=True) < today for request in waiting)
    require(not late, f"{late} requests have had no reply for more than three months")
    require(not silent_about(waiting, extended=True), "staff were not told that three months end")
    known = [request for request in waiting if request.received_at < now - LATE]
    ran = ran_lately(ALARMS, within=timedelta(days=1)) if known else {}
    return Evidence(
        "No stored request has been open for more than three months.",
        {"requests that wait": len(waiting), **ran},
    )
