"""Checks of the tests' own, and results as a run has left them."""

from typing import Any

from django.utils import timezone

from privacy.promises.models import PromiseResult, State
from privacy.promises.registry import Check, Function, Look, Strength


def looks(*functions: Function, look: Look = Look.NOW) -> dict[str, Check]:
    """Return checks as the registry holds them for one claim."""
    checks = [Check(function, look, Strength.SHOWN) for function in functions]
    return {check.name: check for check in checks}


def make_result(claim_id: str, state: State = State.KEPT, **fields: Any) -> PromiseResult:
    """Store what a check has seen of a claim."""
    usual = {
        "check_name": "tests.look",
        "look": Look.NOW,
        "strength": Strength.SHOWN,
        "words": "Seen so.",
        "checked_at": timezone.now(),
    }
    return PromiseResult.objects.create(claim_id=claim_id, state=state, **{**usual, **fields})
