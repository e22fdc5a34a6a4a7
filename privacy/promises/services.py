"""Run checks, store what they saw, and tell staff when a promise turns red."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from privacy.promises.claims import all_claims
from privacy.promises.database_copy import on_a_copy
from privacy.promises.models import PromiseResult
from privacy.promises.registry import (
    Check,
    Evidence,
    PromiseBroken,
    discover,
    registered_checks,
)
from privacy.promises.running_site import RunningSite
from sens_site.lib.cache.content_stamp import content_changed

logger = logging.getLogger(__name__)
Progress = Callable[["Outcome"], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check came to. A check that itself fails counts as broken: it shows nothing."""

    claim_id: str
    kept: bool
    evidence: Evidence


def run_check(check: Check, claim_id: str, site: RunningSite) -> Outcome:
    """Run one check."""
    try:
        return Outcome(claim_id, True, check(site))
    except PromiseBroken as broken:
        return Outcome(claim_id, False, Evidence(str(broken)))
    except Exception as error:
        logger.exception("The check of %s could not be carried out", claim_id)
        words = f"The check could not be carried out ({type(error).__name__})."
        return Outcome(claim_id, False, Evidence(words))


def run_checks(
    claim_ids: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    site: RunningSite | None = None,
) -> list[Outcome]:
    """Run the checks of some claims, or of all, and return the outcomes in the claims' order.

    A check that stands for several claims runs once. Raises KeyError for a claim without check.
    """
    discover()
    checks = registered_checks()
    numbers = {claim.id: claim.number for claim in all_claims().values()}
    wanted = sorted(checks if claim_ids is None else claim_ids, key=lambda one: numbers.get(one, 0))
    site, seen, outcomes = site or RunningSite(), dict[Check, Outcome](), list[Outcome]()
    for claim_id in wanted:
        check = checks[claim_id]
        if check not in seen:
            seen[check] = run_check(check, claim_id, site)
        outcome = Outcome(claim_id, seen[check].kept, seen[check].evidence)
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
        forget_results_but_of(outcome.claim_id for outcome in outcomes)
    return outcomes


@transaction.atomic
def forget_results_but_of(claim_ids: Iterable[str]) -> int:
    """Delete results that no check stands behind any more; return how many."""
    deleted, _ = PromiseResult.objects.exclude(claim_id__in=list(claim_ids)).delete()
    return deleted


@transaction.atomic
def store_outcomes(outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Store outcomes as the newest results and write one mail of what turned red."""
    known = {result.claim_id: result for result in PromiseResult.objects.all()}
    turned_red = []
    for outcome in outcomes:
        before = known.get(outcome.claim_id)
        was_kept = before is None or before.kept
        if not outcome.kept and was_kept:
            turned_red.append(outcome)
        since = None if outcome.kept else (before.broken_since if before else None) or at
        PromiseResult.objects.update_or_create(
            claim_id=outcome.claim_id,
            defaults={
                "kept": outcome.kept,
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
