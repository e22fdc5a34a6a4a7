"""What the checks make of the site as it is in this process. Imported once Django is set up."""

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import coverage
from django.core import checks
from django.template.base import Template

from privacy.promises.claims import all_claims
from privacy.promises.database_copy import on_a_copy
from privacy.promises.registry import (
    Check,
    Look,
    discover,
    registered_checks,
    within_surroundings,
)
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_check

ROOT = Path(__file__).resolve().parents[2]
ANY = "any check"
SHARED = ("pages", "walk")
"""What a `RunningSite` makes once and keeps for all checks."""


def looks() -> dict[str, tuple[Check, str]]:
    """Return the checks that look from inside, each with one of its claims, by name."""
    discover()
    return {
        check.name: (check, claim)
        for claim, of_claim in registered_checks().items()
        for check in of_claim
        if check.look is not Look.OUTSIDE
    }


def verdict(first: list[str], *, reached: bool) -> str:
    """Return what catches a change, or "survived".

    What no check has passed may be read once, at the start: then all of them are asked.
    """
    errors = [one for one in checks.run_checks() if one.level >= checks.ERROR]
    if errors:
        return f"check {errors[0].id}"
    known = looks()
    rest = sorted(set(known) - set(first)) if ANY in first or not reached else []
    site = RunningSite()
    with on_a_copy(), within_surroundings():
        for name in [*(name for name in first if name in known), *rest]:
            check, claim = known[name]
            if run_check(check, claim, site).broken:
                return f"red {claim} ({all_claims()[claim].number})"
    return "survived"


def paths(measured: coverage.Coverage) -> dict[str, list[str]]:
    """Return which checks pass each line of Python and each template, the cheapest first.

    Raises SystemExit where a promise is not kept before anything is changed.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    costs: dict[str, float] = {}
    current = ANY
    # A template that is extended is rendered by this alone.
    ours: Any = Template
    render = ours._render  # noqa: SLF001 - what Django's own test runner replaces

    def noted(self: Any, context: Any) -> Any:
        if self.origin and str(self.origin.name).startswith(str(ROOT)):
            seen[str(Path(self.origin.name).relative_to(ROOT))].add(current)
        return render(self, context)

    ours._render = noted  # noqa: SLF001 - see above
    site = RunningSite()
    with on_a_copy(), within_surroundings():
        # What all checks share is opened once: a change there may be seen by any of them.
        measured.switch_context(ANY)
        for shared in SHARED:
            getattr(site, shared)
        for name, (check, claim) in looks().items():
            current, begin = name, time.process_time()
            measured.switch_context(name)
            outcome = run_check(check, claim, site)
            costs[name] = time.process_time() - begin
            if not outcome.kept:
                raise SystemExit(f"{claim} is not kept as things are: {outcome.evidence.words}")
    measured.stop()
    data = measured.get_data()
    for file in data.measured_files():
        path = str(Path(file).relative_to(ROOT))
        for line, contexts in data.contexts_by_lineno(file).items():
            seen[f"{path}:{line}"] |= set(contexts) - {""}
    return {
        key: sorted(names, key=lambda name: costs.get(name, 0.0)) for key, names in seen.items()
    }
