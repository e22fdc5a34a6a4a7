"""What `/metrics` reads from the database at each question, so that it is the same on every machine.

Counts and times, by words from the code: no row, no name, no address is among them.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from outbox.bulk import bulk_purposes
from outbox.models import JobRun, OutboxMail
from privacy.consent.models import DailyChoice
from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import BROKEN, rows_of, totals_of
from privacy.promises.models import PromiseResult
from privacy.promises.registry import Look
from privacy.rights.models import SubjectRequest
from sens_site.readiness import Readiness, free_bytes

SOON = timedelta(days=7)
Value = tuple[tuple[str, ...], float]


def gauge(
    name: str, says: str, values: Iterable[Value], labels: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    """Return a gauge with its values."""
    family = GaugeMetricFamily(name, says, labels=labels)
    for named, value in values:
        family.add_metric(named, value)
    return family


class Measures(Collector):
    """All of them. What needs the database is missing while it is away, and `site_check` says so."""

    def __init__(self, seen: Readiness) -> None:
        self.seen = seen

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        found = [*here(self.seen)]
        if not self.seen.found["database"]:
            with suppress(DatabaseError, InterfaceError):  # it may go away meanwhile
                found += stored()
        return found


def here(seen: Readiness) -> Iterator[Metric]:
    """Yield what is so on this machine."""
    yield gauge("site_info", "The version that runs.", [((settings.VERSION,), 1)], ("version",))
    yield gauge(
        "site_check",
        "Whether a check of /readyz finds nothing wrong: 1, and else 0.",
        [((name,), float(not faults)) for name, faults in seen.found.items()],
        ("check",),
    )
    yield gauge(
        "site_disk_free_bytes",
        "Bytes that are free on each disk that the site writes to, by the first setting there.",
        [((name,), free) for name, free in free_bytes().items()],
        ("place",),
    )


def stored() -> Iterator[Metric]:
    """Yield what the database tells."""
    yield from mails()
    yield from jobs()
    yield from promises()
    today = timezone.localdate()
    answers = dict.fromkeys(DailyChoice.Outcome.values, 0) | dict(
        DailyChoice.objects.filter(day=today).values_list("outcome", "count")
    )
    yield gauge(
        "site_consent_answers_today",
        "Answers to the banner since midnight, by what they came to.",
        [((kind,), count) for kind, count in answers.items()],
        ("answer",),
    )
    opened = SubjectRequest.objects.open()
    yield gauge(
        "site_privacy_requests",
        "Open privacy requests, by the time that is left to answer them.",
        [
            (("late",), opened.filter(due_on__lt=today).count()),
            (("a week",), opened.filter(due_on__range=(today, today + SOON)).count()),
            (("longer",), opened.filter(due_on__gt=today + SOON).count()),
        ],
        ("left",),
    )


def mails() -> Iterator[Metric]:
    """Yield the state of the outbox."""
    now = timezone.now()
    bulk = OutboxMail.objects.filter(purpose__in=bulk_purposes())
    single = OutboxMail.objects.exclude(purpose__in=bulk_purposes())
    kinds = {"one": single, "many": bulk}
    yield gauge(
        "site_mails_waiting",
        "Mails that are neither sent nor parked: to one person, or to many.",
        [((kind,), mails.waiting().count()) for kind, mails in kinds.items()],
        ("to",),
    )
    oldest = {kind: mails.due(now).first() for kind, mails in kinds.items()}
    yield gauge(
        "site_mail_oldest_due_seconds",
        "For how long the first mail of the queue has been due; 0 where none is.",
        [
            ((kind,), max((now - mail.due_at).total_seconds(), 0) if mail else 0)
            for kind, mail in oldest.items()
        ],
        ("to",),
    )
    yield gauge(
        "site_mails_parked",
        "Mails that are given up until somebody presses “Try again”.",
        [((), OutboxMail.objects.parked().count())],
    )


def jobs() -> Iterator[Metric]:
    """Yield when the worker last did what."""
    runs = [(run.name, run.started_at, run.succeeded_at) for run in JobRun.objects.all()]
    yield gauge(
        "site_job_last_start_timestamp_seconds",
        "When a job last began; noted every ten minutes.",
        [((name,), started.timestamp()) for name, started, _ in runs],
        ("job",),
    )
    yield gauge(
        "site_job_last_success_timestamp_seconds",
        "When a job last came to its end; noted every ten minutes.",
        [((name,), ended.timestamp()) for name, _, ended in runs if ended],
        ("job",),
    )


def promises() -> Iterator[Metric]:
    """Yield how the promises of the policy in force stand."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    rows = rows_of(promise_ids(version.source_text)) if version else []
    yield gauge(
        "site_promises",
        "Promises of the policy in force, by their state.",
        [((state,), count) for state, count in totals_of(rows).items()],
        ("state",),
    )
    yield gauge(
        "site_promise_broken",
        "A promise that is not kept.",
        [((row.claim.id,), 1) for row in rows if row.state == BROKEN],
        ("promise",),
    )
    counted = PromiseResult.objects.values("look").annotate(oldest=Min("checked_at"))
    looks = {row["look"]: row["oldest"] for row in counted.order_by()}
    yield gauge(
        "site_promises_oldest_look_timestamp_seconds",
        "When the check that was carried out longest ago last looked, by where it looks.",
        [((look.value,), looks[look].timestamp()) for look in Look if look in looks],
        ("look",),
    )
