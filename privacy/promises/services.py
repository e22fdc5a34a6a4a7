"""Run checks, and store what they saw: as the newest results, and as a run of the history."""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from privacy.policy.models import PolicyClaim
from privacy.policy.own_claims import numbers_in
from privacy.promises.claims import all_claims
from privacy.promises.database_copy import on_a_copy
from privacy.promises.history import States, append_run
from privacy.promises.models import ClaimReview, PromiseResult, State
from privacy.promises.registry import (
    USUAL,
    Check,
    Evidence,
    Look,
    NotCarriedOut,
    PromiseBroken,
    discover,
    registered_checks,
    within_surroundings,
)
from privacy.promises.running_site import RunningSite
from privacy.promises.staff_mail import Changes, tell_staff, words_by_claim
from privacy.promises.witness.exchange import is_of_the_world
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.cache.fragment_cache import forget_fragments

logger = logging.getLogger(__name__)
Progress = Callable[["Outcome"], None]
OUTSIDE_CHECK = "privacy/verify.py"
"""The file with which a stranger looks, as the name of its check."""
OBJECTS_BETWEEN_COLLECTIONS = 50_000
COLLECTIONS_BETWEEN_FULL_ONES = 1_000
UPDATED = (
    "look", "strength", "state", "words", "figures", "checked_at", "broken_since", "blind_since",
)  # fmt: skip
BADNESS = [State.KEPT, State.NOT_CARRIED_OUT, State.BROKEN].index


@transaction.atomic
def record_review(claim_id: str, *, next_on: date, note: str) -> ClaimReview:
    """Note that a statement was read again, and when it is the next time."""
    number = numbers_in([claim_id])
    PolicyClaim.objects.filter(number__in=number).update(review_on=next_on)
    content_changed()
    return ClaimReview.objects.create(claim_id=claim_id, next_on=next_on, note=note)


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
    forget_fragments()  # a rehearsal leaves them as they are: what one run has drawn, the next draws
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
    """Run checks and store what they saw, telling staff of what turned red and what is mended.

    A run of all checks also drops the results of those that are no more.
    """
    with on_a_copy(), _rarely_collected():
        outcomes = run_checks(claim_ids, progress)
    gc.collect()  # otherwise it may do so while the write lock is held, for 70 ms
    store_outcomes(outcomes, at=timezone.now(), whole=claim_ids is None)
    return outcomes


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Have the garbage collector pass after many requests, not after each: it costs a twentieth.

    It passes what is new alone: what was there before stays, and what outlives one pass is little.
    """
    usual = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, COLLECTIONS_BETWEEN_FULL_ONES, usual[2])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


def store_outcomes(outcomes: Iterable[Outcome], *, at: datetime, whole: bool = False) -> None:
    """Store what checks from inside saw, as the newest results and as a run of the history.

    A whole run holds all that there is to see: a result without a successor in it is dropped.
    """
    seen = [
        PromiseResult(
            claim_id=one.claim_id,
            check_name=one.check.name,
            look=one.check.look,
            strength=one.check.strength,
            state=one.state,
            words=one.evidence.words,
            figures=dict(one.evidence.figures),
            checked_at=at,
        )
        for one in outcomes
    ]
    _store(seen, at=at, replaces=lambda name: whole and name != OUTSIDE_CHECK)


def store_outside(found: Mapping[str, tuple[State, str]], *, at: datetime) -> None:
    """Store what the script for strangers found: for each claim its state, and words for readers.

    It is all that the script found, and takes the place of what it found before. A script that has
    found nothing at all has not looked: what it could not reach it reports as not carried out.
    """
    if not found:
        return
    seen = [
        PromiseResult(
            claim_id=claim_id,
            check_name=OUTSIDE_CHECK,
            look=Look.OUTSIDE,
            strength=USUAL[Look.OUTSIDE],
            state=state,
            words=words,
            checked_at=at,
        )
        for claim_id, (state, words) in found.items()
    ]
    _store(seen, at=at, replaces=lambda name: name == OUTSIDE_CHECK)


@transaction.atomic
def _store(seen: Iterable[PromiseResult], *, at: datetime, replaces: Callable[[str], bool]) -> None:
    """Write results, the run, and the mails about what has changed.

    Visitors wait for SQLite's write lock meanwhile: so one statement writes all results.
    """
    # On PostgreSQL the lock makes two runs that end at once wait for each other.
    results = PromiseResult.objects.defer("words", "figures").select_for_update()
    before = {_pair(one): one for one in results}
    new = {_pair(one): one for one in seen}
    stay = {pair: one for pair, one in before.items() if pair not in new}
    gone = [one for one in stay.values() if replaces(one.check_name)]
    stay = {pair: one for pair, one in stay.items() if one not in gone}
    if not new and not gone:
        return
    for pair, one in new.items():
        one.broken_since, one.blind_since = _since(before.get(pair), one)
    PromiseResult.objects.filter(pk__in=[one.pk for one in gone]).delete()
    PromiseResult.objects.bulk_create(
        new.values(),
        update_conflicts=True,
        unique_fields=["claim_id", "check_name"],
        update_fields=UPDATED,
    )
    changes = Changes(before, new, stay)
    append_run(
        _states(new.values(), stay.values()),
        gone={_way(one) for one in gone} - {_way(one) for one in (*new.values(), *stay.values())},
        found=words_by_claim(changes.turned_red),
        at=at,
    )
    tell_staff(changes)
    content_changed()


def _pair(result: PromiseResult) -> tuple[str, str]:
    return result.claim_id, result.check_name


def _way(result: PromiseResult) -> tuple[str, Look]:
    return result.claim_id, Look(result.look)


def _since(
    before: PromiseResult | None, now: PromiseResult
) -> tuple[datetime | None, datetime | None]:
    """Return since when a check has found its claim broken, and since when it could not look.

    Who could not look does not know that it is mended.
    """
    broken = before.broken_since if before else None
    blind = before.blind_since if before else None
    if now.state == State.NOT_CARRIED_OUT:
        return broken, blind or now.checked_at
    return (broken or now.checked_at if now.state == State.BROKEN else None), None


def _states(new: Iterable[PromiseResult], stay: Iterable[PromiseResult]) -> States:
    """Return what each kind of look at a claim came to: the worst of its checks.

    A check that has not run this time counts where it found the claim broken: nobody has seen that
    it is mended.
    """
    states: dict[tuple[str, Look], State] = {}
    for one in new:
        states[_way(one)] = max(states.get(_way(one), State.KEPT), State(one.state), key=BADNESS)
    for one in stay:
        if one.state == State.BROKEN and _way(one) in states:
            states[_way(one)] = State.BROKEN
    return states
