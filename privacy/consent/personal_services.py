"""What is written of a person who is logged in: refusals that hold on every device.

A refusal waits for nothing: where the row cannot be written, the answer holds in the browser in
which it was given, as for everybody else.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.http import HttpRequest
from django.utils import timezone

from privacy.consent.choice import Choice
from privacy.consent.decision import ConsentDecision, State, decision_of
from privacy.consent.models import PersonalRefusals
from privacy.consent.offer.building import OfferedGroup
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.outcome import outcome_of
from privacy.consent.refusals import (
    How,
    Standing,
    Standings,
    refusals_in,
    refusals_of_person,
)
from sens_site.lib.http.database_wait import at_once

logger = logging.getLogger(__name__)

CANNOT_WRITE = (OperationalError, InterfaceError, IntegrityError)
"""The database is locked, full or gone, or the account has just been deleted."""

Act = Callable[[Standings], dict[str, Standing]]
_ends: list[Callable[[Any], object]] = []


def ends_newsletter(end: Callable[[Any], object]) -> Callable[[Any], object]:
    """Register what ends the newsletter of somebody who refuses it, in the same transaction."""
    _ends.append(end)
    return end


# --- what an act comes to: no clock, no database ---------------------------------------------------


def after_signal(
    standings: Standings, before: ConsentDecision, at: datetime
) -> dict[str, Standing]:
    """Return the standings once the browser's signal has been heard.

    It says nothing new where the person has said yes in spite of it, in this browser or another.
    """
    return {**standings} | {
        o.key: _standing(standings, o).refused(How.SIGNAL, at)
        for o in before.offer.groups
        if before.gpc
        and o.gpc_covered
        and before.states[o.key] is not State.OVERRIDDEN
        and not _standing(standings, o).over_signal
    }


def after_choice(
    standings: Standings, choice: Choice, before: ConsentDecision, at: datetime
) -> dict[str, Standing]:
    """Return the standings once a choice has been made.

    The signal that came along is heard first, so that a yes by name overrides it. Who gives up
    some services of a group and keeps others says no and then yes: elsewhere the group is off.
    """
    heard = after_signal(standings, before, at)
    can_grant = not (choice.stale or choice.unclear)
    for offered in before.offer.groups:
        wanted = choice.answers.get(offered.key)
        if wanted is None:
            continue
        given_up = before.running(offered) - wanted
        if not wanted or (given_up and can_grant):
            how = How.WITHDRAWN if given_up else How.REFUSED
            heard[offered.key] = _standing(heard, offered).refused(how, at)
    if not can_grant:
        return heard
    grants = outcome_of(choice, replace(before, refusals=refusals_in(heard))).grants
    allowed = {
        o.key: _standing(heard, o).allowed(over_signal=grants[o.key].override)
        for o in before.offer.groups
        if choice.answers.get(o.key) and o.key in grants
    }
    return heard | {key: standing for key, standing in allowed.items() if standing != Standing()}


def after_objection(standings: Standings, at: datetime) -> dict[str, Standing]:
    """Return the standings once a person has objected to sale and sharing."""
    covered = [group.key for group in GROUPS if group.gpc_covered]
    return {**standings} | {
        key: standings.get(key, Standing()).refused(How.OBJECTED, at) for key in covered
    }


def _standing(standings: Standings, offered: OfferedGroup) -> Standing:
    return standings.get(offered.key, Standing())


# --- writing ---------------------------------------------------------------------------------------


def bind_choice(request: HttpRequest, choice: Choice, before: ConsentDecision) -> ConsentDecision:
    """Let a choice bind the account, if there is one; return the decision as of then.

    A yes that cannot be stored is none (503), as everywhere; a no is obeyed at once all the same.
    """
    at = timezone.now()
    allows_more = outcome_of(choice, before).allows_more
    try:
        person = request.user
        if not person.is_authenticated:
            return before
        now = _write(
            person,
            lambda standings: after_choice(standings, choice, before, at),
            transaction.atomic if allows_more else at_once,
        )
    except CANNOT_WRITE:
        if allows_more:
            raise
        logger.warning("A refusal could not be noted with its account; it holds in the browser.")
        return before
    return replace(before, refusals=refusals_in(now))


def bind_signal(request: HttpRequest) -> None:
    """Let the browser's opt-out signal bind the account of whoever has just sent something.

    Asked after the view, so that it is heard with a log-in too.
    """
    at = timezone.now()
    try:
        person = request.user
        if person.is_authenticated:
            before = decision_of(request, refusals_of_person(person))
            _write(person, lambda standings: after_signal(standings, before, at), at_once)
    except CANNOT_WRITE:
        logger.warning("A signal could not be noted with its account; it holds in the browser.")


@transaction.atomic
def object_to_sharing(person: Any) -> None:
    """Note that somebody objects to the sale and sharing of what is held about them."""
    at = timezone.now()
    _write(person, lambda standings: after_objection(standings, at), transaction.atomic)
    row = _locked(person)
    if row.sale_objected_at is None:
        row.sale_objected_at = at
        row.save(update_fields=["sale_objected_at"])


@transaction.atomic
def withdraw_group(person: Any, key: str) -> None:
    """Note that somebody has taken back the consent to a group, wherever it was given."""
    at = timezone.now()
    _write(
        person,
        lambda known: {**known, key: known.get(key, Standing()).refused(How.WITHDRAWN, at)},
        transaction.atomic,
    )


@transaction.atomic
def refuse_newsletter(person: Any) -> None:
    """Note that somebody wants no newsletter, whoever enters the address, and end what there is."""
    row = _locked(person)
    if row.newsletter_refused_at is None:
        row.newsletter_refused_at = timezone.now()
        row.save(update_fields=["newsletter_refused_at"])
    for end in _ends:
        end(person)


@transaction.atomic
def accept_newsletter(person: Any) -> None:
    """Note that somebody who wanted no newsletter has asked for it."""
    PersonalRefusals.objects.filter(user_id=person.pk).update(newsletter_refused_at=None)


def _write(
    person: Any, act: Act, transaction_of: Callable[[], AbstractContextManager[Any]]
) -> dict[str, Standing]:
    """Let an act change what is stored; return how the account stands then.

    What changes nothing asks the database nothing: what came with the session tells.
    """
    row = getattr(person, "refusals", None)
    known = {} if row is None else row.standings
    if act(known) == known:
        return known
    with transaction_of():
        row = _locked(person)
        now = act(row.standings)
        row.groups = {key: asdict(standing) for key, standing in now.items()}
        row.save(update_fields=["groups"])
    person.refusals = row
    return now


def _locked(person: Any) -> PersonalRefusals:
    rows = PersonalRefusals.objects.select_for_update()
    return rows.get_or_create(user_id=person.pk)[0]
