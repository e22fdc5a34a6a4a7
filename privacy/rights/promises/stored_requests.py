"""Promises about requests, looked up in those that are stored: by the sentences' own periods."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q, Subquery
from django.utils import timezone

from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.models import RequestEvent, SubjectRequest

TELLING = ("access", "erasure", "portability", "rectification", "restriction")
"""Kinds by which something is told about a person, or changed or destroyed."""
FEE_GROUNDS = ("excessive", "repetitive", "unfounded")
REFUSAL_GROUNDS = (*FEE_GROUNDS, "not-shown")
CLOSING = ("answered", "refused", "spam", "withdrawn")


def months_after(day: date, months: int) -> date:
    """Return the same day some calendar months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_after(day: date) -> date:
    """Return the last day for an answer: 30 days, or one calendar month if that ends sooner."""
    return min(day + timedelta(days=30), months_after(day, 1))


def proven_objections() -> list[tuple[str, datetime]]:
    """Return who has objected and shown who they are, and when that was."""
    proven = RequestEvent.objects.filter(did="identity-proved", request__kind="objection")
    return list(proven.values_list("request__email", "at"))


def _open() -> Iterator[tuple[SubjectRequest, date, bool]]:
    """Yield what nobody has answered, held or not, with its day of receipt, and if extended."""
    closing = RequestEvent.objects.filter(request=OuterRef("pk"), did__in=CLOSING)
    longer = RequestEvent.objects.filter(request=OuterRef("pk"), did="extended")
    rows = SubjectRequest.objects.annotate(over=Exists(closing), longer=Exists(longer))
    for request in rows.filter(over=False):
        yield request, timezone.localtime(request.received_at).date(), bool(vars(request)["longer"])


def _closed_late() -> tuple[int, int]:
    """Count what was closed after 30 days or a month without more time, and after three months at all.

    By the first event that closed it, as a later one could be written at any time.
    """
    closing = Min("events__at", filter=Q(events__did__in=CLOSING))
    longer = RequestEvent.objects.filter(request=OuterRef("pk"), did="extended")
    rows = SubjectRequest.objects.annotate(first=closing, longer=Exists(longer))
    late = very_late = 0
    for received, closed, longer_ in rows.exclude(first=None).values_list(
        "received_at", "first", "longer"
    ):
        day, end = (timezone.localtime(moment).date() for moment in (received, closed))
        late += not longer_ and end > due_after(day)
        very_late += end > months_after(day, 3)
    return late, very_late


@promise("rights.answer-within-30-days", look=Look.ROWS)
def no_request_waits_longer_than_30_days(site: RunningSite) -> Evidence:
    """Whatever has not been answered counts, what a program has set aside, too."""
    today, waiting, late, wrong = timezone.localdate(), 0, 0, 0
    for request, day, longer in _open():
        waiting += 1
        late += not longer and today > due_after(day)
        last = months_after(day, 3) if longer else due_after(day)
        wrong += request.due_on > last
    require(not late, f"{late} requests wait for longer than 30 days or a month")
    require(not wrong, f"{wrong} requests have a later day than the policy gives them")
    answered_late, _ = _closed_late()
    require(not answered_late, f"{answered_late} requests were answered after 30 days or a month")
    return Evidence(
        "No request waits longer than that, and none that is kept has waited longer.",
        {"requests that wait": waiting, "late": 0},
    )


@promise("rights.within-three-months", look=Look.ROWS)
def no_request_waits_longer_than_three_months(site: RunningSite) -> Evidence:
    """Extended or not, held or not."""
    today = timezone.localdate()
    late = sum(today > months_after(day, 3) for _, day, _ in _open())
    require(not late, f"{late} requests have waited for more than three months")
    _, answered_late = _closed_late()
    require(not answered_late, f"{answered_late} requests were answered after three months")
    return Evidence("No request has waited for more than three months.", {"late": 0})


@promise("rights.told-of-delay", look=Look.ROWS)
def each_delay_was_told_in_time(site: RunningSite) -> Evidence:
    """More time was taken on or before the day that it moved, and with a reason while it is kept."""
    taken = RequestEvent.objects.filter(did="extended").select_related("request", "note")
    late = bare = 0
    for event in taken:
        received = timezone.localtime(event.request.received_at).date()
        late += timezone.localtime(event.at).date() > due_after(received)
        bare += event.request.closed_at is None and not _words_of(event)
    require(not late, f"{late} requests were given more time when it was over")
    require(not bare, f"{bare} requests were given more time without a reason")
    return Evidence("More time was taken in time and with a reason.", {"extended": len(taken)})


def _words_of(event: RequestEvent) -> str:
    note = getattr(event, "note", None)
    return note.text.strip() if note else ""


@promise("rights.confirm-identity", look=Look.ROWS)
def nothing_was_told_before_a_proof(site: RunningSite) -> Evidence:
    """Each answer, copy and erasure of a kind that needs it follows a dated proof."""
    proof = RequestEvent.objects.filter(
        request=OuterRef("request"), did="identity-proved", at__lte=OuterRef("at")
    ).exclude(proof="")
    acts = RequestEvent.objects.filter(
        did__in=("answered", "erased", "export-made", "file-fetched"), request__kind__in=TELLING
    )
    early = acts.filter(~Exists(proof)).count()
    require(not early, f"{early} times something was told before it was shown who asks")
    return Evidence(
        "Whatever was told, copied or erased was so after it was shown who asks.",
        {"acts": acts.count()},
    )


@promise("rights.grounds-limited", look=Look.ROWS)
def each_fee_and_refusal_has_its_ground(site: RunningSite) -> Evidence:
    """A ground of the policy, and a written reason while the words of the request are kept."""
    counted = 0
    for did, grounds in (("fee-quoted", FEE_GROUNDS), ("refused", REFUSAL_GROUNDS)):
        events = RequestEvent.objects.filter(did=did).select_related("request", "note")
        for event in events:
            counted += 1
            require(event.ground in grounds, f"a request has the ground “{event.ground}”")
            closed = event.request.closed_at
            young = closed is None or closed > timezone.now() - timedelta(days=365)
            erased = not event.request.email
            require(_words_of(event) or erased or not young, "a ground is noted without a reason")
    return Evidence(
        "Every fee and every refusal has a ground of the policy and a written reason.",
        {"fees and refusals": counted},
    )


@promise("rights.by-webmaster-form", look=Look.ROWS)
def each_request_has_its_beginning(site: RunningSite) -> Evidence:
    """Every stored request is of a kind of the policy, and its clock began with its receipt."""
    received = RequestEvent.objects.filter(request=OuterRef("pk"), did="received")
    lost = SubjectRequest.objects.filter(~Exists(received)).count()
    require(not lost, f"the clock of {lost} requests does not run")
    return Evidence("The clock of every stored request runs.", {"requests without a clock": 0})


@promise("rights.restriction", look=Look.ROWS)
def each_restriction_lasts_until_it_was_lifted(site: RunningSite) -> Evidence:
    """Whoever was told that their information is held is held, until an event says that it ended.

    With the words of a request its address goes, and then there is nobody left to hold.
    """
    last = RequestEvent.objects.filter(
        request=OuterRef("pk"), did__in=("restricted", "unrestricted")
    ).order_by("-at", "-pk")
    told = SubjectRequest.objects.annotate(last=Subquery(last.values("did")[:1])).filter(
        last="restricted"
    )
    used = told.filter(restricted_at=None).exclude(email="").count()
    require(not used, f"{used} people whose information was restricted are no longer held")
    return Evidence(
        "Whoever had the use of their information restricted is held until that was lifted.",
        {"people who are held": told.exclude(restricted_at=None).count()},
    )


@promise("rights.typically-free", look=Look.ROWS)
def no_fee_came_by_itself(site: RunningSite) -> Evidence:
    """Each fee on record was decided by a member of staff."""
    fees = RequestEvent.objects.filter(did="fee-quoted")
    alone = fees.filter(actor="").count()
    require(not alone, f"{alone} fees were named although nobody decided so")
    return Evidence("No fee was named without a decision of staff.", {"fees": fees.count()})
