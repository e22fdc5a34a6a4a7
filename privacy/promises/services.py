"""Run checks, store what they saw, and tell staff when a promise turns red."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from privacy.promises.claims import all_claims
from privacy.promises.database_copy import on_a_copy
from privacy.promises.models import PromiseResult, State
from privacy.promises.registry import (
    Check,
    Evidence,
    NotCarriedOut,
    PromiseBroken,
    discover,
    registered_checks,
    within_surroundings,
)
from privacy.promises.running_site import RunningSite
from sens_site.lib.cache.content_stamp import content_changed

logger = logging.getLogger(__name__)
Progress = Callable[["Outcome"], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check came to for one claim."""

    claim_id: str
    check: Check
    state: State
    evidence: Evidence

    @property
    def kept(self) -> bool:
        """Tell whether the check saw that the site does what the claim says."""
        return self.state is State.KEPT

    @property
    def broken(self) -> bool:
        """Tell whether the check saw that it does not."""
        return self.state is State.BROKEN


def run_check(check: Check, claim_id: str, site: RunningSite) -> Outcome:
    """Run one check.

    What the world is to blame for (a lock, a full disk, no network) leaves it not carried out. Any
    other error is the site's own: what ends in an error is not done, so the promise is not kept.
    """
    try:
        return Outcome(claim_id, check, State.KEPT, check.function(site))
    except PromiseBroken as broken:
        return Outcome(claim_id, check, State.BROKEN, Evidence(str(broken)))
    except NotCarriedOut as reason:
        return Outcome(claim_id, check, State.NOT_CARRIED_OUT, Evidence(str(reason)))
    except Exception as error:
        kind = type(error).__name__
        if is_of_the_world(error):
            logger.warning("The check %s could not look (%s)", check.name, kind)
            words = f"The check could not look ({kind})."
            return Outcome(claim_id, check, State.NOT_CARRIED_OUT, Evidence(words))
        logger.exception("The check %s ended in an error", check.name)
        words = f"What was tried ended in an error ({kind})."
        return Outcome(claim_id, check, State.BROKEN, Evidence(words))


def is_of_the_world(error: BaseException) -> bool:
    """Tell whether an error says that the check could not look: a lock, a full or silent database.

    A table or a column that is missing is the site's own fault, though SQLite names it alike.
    """
    if isinstance(error, OperationalError):
        return "no such" not in str(error)
    return isinstance(error, InterfaceError | OSError | MemoryError)


@within_surroundings()
def run_checks(
    claim_ids: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    site: RunningSite | None = None,
) -> list[Outcome]:
    """Run the checks of some claims, or of all, and return the outcomes in the claims' order.

    A claim has an outcome of each of its checks. A check that stands for several claims runs once.
    Raises KeyError for a claim without check.
    """
    discover()
    checks = registered_checks()
    numbers = {claim.id: claim.number for claim in all_claims().values()}
    wanted = sorted(checks if claim_ids is None else claim_ids, key=lambda one: numbers.get(one, 0))
    site, seen, outcomes = site or RunningSite(), dict[Check, Outcome](), list[Outcome]()
    for claim_id, check in ((one, check) for one in wanted for check in checks[one]):
        if check not in seen:
            seen[check] = run_check(check, claim_id, site)
        outcome = replace(seen[check], claim_id=claim_id)
        outcomes.append(outcome)
        if progress is not None:
            progress(outcome)
    return outcomes


def verify_promises(
    claim_ids: Iterable[str] | None = None, *, progress: Progress | None = None
) -> list[Outcome]:
    """Run checks and store what they saw, telling staff of each promise that turned red.

    A run of all checks also drops the results of those that are no more.
    """
    with on_a_copy():
        outcomes = run_checks(claim_ids, progress)
    store_outcomes(outcomes, at=timezone.now())
    if claim_ids is None:
        forget_results_but_of(outcome.check.name for outcome in outcomes)
    return outcomes


@transaction.atomic
def forget_results_but_of(names: Iterable[str]) -> int:
    """Delete results of checks that are no more; return how many."""
    deleted, _ = PromiseResult.objects.exclude(check_name__in=set(names)).delete()
    return deleted


@transaction.atomic
def store_outcomes(outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Store outcomes as the newest results and write one mail of what turned red."""
    known = {(one.claim_id, one.check_name): one for one in PromiseResult.objects.all()}
    turned_red = []
    for outcome in outcomes:
        before = known.get((outcome.claim_id, outcome.check.name))
        since = before.broken_since if before else None
        if outcome.broken and since is None:
            turned_red.append(outcome)
            since = at
        elif outcome.kept:
            since = None  # who could not look does not know that it is mended
        PromiseResult.objects.update_or_create(
            claim_id=outcome.claim_id,
            check_name=outcome.check.name,
            defaults={
                "look": outcome.check.look,
                "strength": outcome.check.strength,
                "state": outcome.state,
                "words": outcome.evidence.words,
                "figures": dict(outcome.evidence.figures),
                "checked_at": at,
                "broken_since": since,
            },
        )
    if turned_red:
        send_mail(
            f"{len(turned_red)} promise(s) of the privacy policy turned red",
            _alarm(turned_red),
            settings.DEFAULT_FROM_EMAIL,
            [settings.WEBMASTER_EMAIL],
        )
    content_changed()


def _alarm(outcomes: list[Outcome]) -> str:
    claims = all_claims()
    lines = []
    for outcome in outcomes:
        claim = claims.get(outcome.claim_id)
        lines += [
            f"{outcome.claim_id} (owner: {claim.owner if claim else 'unknown'})",
            f"  The policy says: {claim.claim if claim else 'unknown'}",
            f"  The check found: {outcome.evidence.words}",
            "",
        ]
    lines.append(f"All promises: {settings.SITE_ORIGIN}/privacy/promises/")
    return "\n".join(lines)
