"""Each step that staff have, on a request that has waited for a while: its day of receipt stays.

No step ends a request in silence, either: it was answered, refused on a ground and told so, taken
back by its person, or was held as spam by then.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.promises.purging import ALARMS, done_by_the_job
from privacy.promises.registry import require
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.intake import NotAllowedError, ask_identity, open_request, withdraw_request
from privacy.rights.models import OutsideSystem, SubjectRequest
from privacy.rights.promises.played_requests import REASON
from privacy.rights.promises.stored_requests import due_after
from privacy.rights.request_steps import STEPS

WAITED = timedelta(days=12)
PLAYED = ("access", "rectification", "restriction", "objection")
"""Each has steps of its own; what all have in common is done to the first."""
OF_ITS_OWN = {"release", "spam", "proof", "correct", "restrict", "lift", "switch-off"}
LAST = {"answer", "refuse", "spam"}
"""What ends a request is tried on one that is to stay, and taken back."""
ELSEWHERE = {"erase", "export"}
"""Dear, and played with all that is read of it (`rights.erasure`, `rights.copy`)."""
FEWEST = 20
Waiting = Callable[[], SubjectRequest]


def no_step_moves_the_day() -> int:
    """Take each step there is, one after the other, of several kinds; return how many. In a rehearsal."""
    OutsideSystem.objects.update(is_used=False)
    word = f"check{secrets.token_hex(6)}"
    staff = get_user_model().objects.create_user(username=word, email=f"{word}@example.com")
    taken = 0
    for kind in PLAYED:
        came = _came(Kind(kind))
        asked = came(trapped=True)
        others: tuple[tuple[str, Callable[[], object]], ...] = (
            ("the same form again, not held", came),
            ("the identity link again", partial(ask_identity, asked)),
            ("the alarms of the worker", partial(done_by_the_job, ALARMS)),
        )
        for name, act in others if kind == PLAYED[0] else ():
            taken += _is_taken(act)
            _has_its_day(asked, name)
        steps = [
            one
            for one in STEPS
            if one.slug in OF_ITS_OWN or (kind == PLAYED[0] and one.slug not in ELSEWHERE)
        ]
        for step in sorted(steps, key=lambda one: one.slug in LAST):
            act = partial(step.run, _fresh(asked), staff, _said(step.slug))
            if step.slug in LAST:
                taken += _ends_with_a_word(step.slug, act, asked)
            else:
                taken += _is_taken(act)
                _has_its_day(asked, f"the step “{step.label}”")
                require(_fresh(asked).is_open, f"the step “{step.label}” ends a request")
        withdraw_request(_fresh(asked))
        _has_its_day(asked, "being taken back")
    require(taken >= FEWEST, f"only {taken} steps could be taken, so little can be shown")
    return taken


def _came(kind: Kind) -> Callable[..., SubjectRequest]:
    """Return what sends a request, each time the same."""
    word = f"check{secrets.token_hex(6)}"
    return partial(
        open_request, kind=kind, name=word, email=f"{word}@example.com", text=REASON,
        channel=Channel.FORM, received_at=timezone.now() - WAITED,
    )  # fmt: skip


def _fresh(asked: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.prefetch_related("events").get(pk=asked.pk)


def _said(slug: str) -> dict[str, Any]:
    """Return what the forms of steps ask for."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {
        "text": REASON, "posted_on": timezone.localdate() if slug == "acknowledged" else None,
        "ground": "unfounded", "amount": "20 USD", "handler": "", "remind_on": tomorrow,
        "vendor": "hosting", "due_on": tomorrow, "system": "", "switches": [],
    }  # fmt: skip


def _is_taken(act: Callable[[], object]) -> bool:
    """Take a step, if the rules of the desk let somebody."""
    try:
        with transaction.atomic():
            act()
    except (NotAllowedError, KeyError):
        return False
    return True


def _has_its_day(asked: SubjectRequest, after: str) -> None:
    now = _fresh(asked)
    day = timezone.localtime(now.received_at).date()
    require(now.received_at == asked.received_at, f"{after} moves when a request was received")
    # Which day it is with more time, is for the promise about three months to say.
    due = now.deadline.latest_on if now.did(Did.EXTENDED) else due_after(day)
    later = f"{after} moves the last day of a request by {(now.due_on - due).days} days"
    require(now.due_on == now.deadline.in_force == due, later)


def _ends_with_a_word(slug: str, act: Callable[[], object], asked: SubjectRequest) -> bool:
    """Take a step that may end a request, look how it has, and take it back."""
    mails = OutboxMail.objects.to_address(asked.email).order_by("pk")
    before = set(mails.values_list("pk", flat=True))
    mark = transaction.savepoint()
    taken = _is_taken(act)
    now = _fresh(asked)
    answered = now.did(Did.ANSWERED, Did.REFUSED)
    told = mails.exclude(pk__in=before).exists()
    _has_its_day(asked, f"the step “{slug}”")
    transaction.savepoint_rollback(mark)
    silent = not now.is_open or now.closed_at is not None
    require((bool(answered) and told) or not silent, f"the step “{slug}” ends a request unanswered")
    return taken
