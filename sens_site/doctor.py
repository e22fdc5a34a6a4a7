"""What `manage.py doctor` says: all that is wrong with the site, and what to do about each.

It looks for nothing by itself: it asks the checks, verifications and lists that there are, and says
what they found on one page.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO

from django.core import checks
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils.formats import localize
from django.utils.timezone import localtime

from outbox.models import OutboxMail
from privacy.datamap.backups import check_backups
from privacy.datamap.models import PurgeFailure
from privacy.promises.claims import all_claims
from privacy.promises.models import PromiseResult, State
from privacy.promises.registry import Look
from sens_site import set_up
from sens_site.checks import check_filled_in
from sens_site.deploy_checks import check_set_up_list
from sens_site.lib.row_guards import check_guards
from sens_site.readiness import UNSEEN, look

SAID_ELSEWHERE = (check_filled_in, check_guards, check_set_up_list, check_backups)
"""The checks whose findings the set-up list and the look at the guards say as well."""
VERIFICATIONS = (
    "verify_policy", "verify_promise_history", "verify_receipts", "verify_erasure_ledger",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chapter:
    """One thing that was looked at, and what was found."""

    title: str
    found: tuple[str, ...]


def examine() -> Iterator[Chapter]:
    """Yield all chapters, the most urgent first. Without a database there are no others."""
    seen = look()
    now = [
        f"{name}: {words}"
        for name, faults in seen.found.items()
        for words in faults
        if words != UNSEEN
    ]
    yield Chapter("At work", tuple(now))
    if seen.found["database"]:
        return
    for title, ask in CHAPTERS.items():
        yield Chapter(title, tuple(ask()))


def migrations() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield f"{len(waiting)} migrations have not been carried out: manage.py migrate."


def settings() -> Iterator[str]:
    """Yield what `check --deploy` finds."""
    where = [DEFAULT_DB_ALIAS]
    said = {message.id for check in SAID_ELSEWHERE for message in check(databases=where)}
    for message in checks.run_checks(include_deployment_checks=True, databases=where):
        quiet = message.level < checks.WARNING or message.is_silenced()
        if not quiet and message.id not in said:
            yield " ".join(f"{message.msg} {message.hint or ''} ({message.id})".split())


def record() -> Iterator[str]:
    """Yield what the commands say that verify what was sealed."""
    for name in VERIFICATIONS:
        said = StringIO()
        try:
            call_command(name, stdout=said, stderr=said)
        except CommandError as error:
            yield f"{error} manage.py {name} says all of it."
        except SystemExit:
            first = said.getvalue().partition("\n")[0]
            yield f"{first} manage.py {name} says all of it."


def promises() -> Iterator[str]:
    """Yield what is promised and not kept. What a stranger's look found stands in the set-up list."""
    claims = all_claims()
    for result in PromiseResult.objects.filter(state=State.BROKEN).exclude(look=Look.OUTSIDE):
        claim = claims.get(result.claim_id)
        where = f" See {reverse('promises:promise', args=[claim.number])}." if claim else ""
        yield f"{result.claim_id}: {result.words}{where}"


def desk() -> Iterator[str]:
    for failure in PurgeFailure.objects.all():
        since = localize(localtime(failure.since))
        yield f"{failure.title}: kept too long since {since} ({failure.error}). See the worker's log."
    parked = OutboxMail.objects.parked().count()
    if parked:
        desk = reverse("admin:outbox_outboxmail_changelist")
        yield f"Mails that are given up: {parked}. Try them again at {desk}?state=parked."


def to_set_up() -> Iterator[str]:
    worker = set(set_up.worker())
    for item in set_up.set_up_items():
        yield from (f"{item.title}: {gap}" for gap in item.gaps if gap not in worker)


CHAPTERS: dict[str, Callable[[], Iterator[str]]] = {
    "Database": migrations,
    "Settings": settings,
    "What was sealed": record,
    "Promises": promises,
    "What waits": desk,
    "Set-up": to_set_up,
}
