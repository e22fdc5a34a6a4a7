"""What the checks make of the site as it is in this process. Imported once Django is set up."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import coverage
from django.core import checks
from django.template.base import Template

from outbox.jobs import registered_jobs
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
from privacy.promises.witness.walk import Walk

ROOT = Path(__file__).resolve().parents[2]
PAGES, WALK = "all pages", "the walk"
"""What a `RunningSite` makes once and keeps for all checks."""
AT_THE_START = ""
"""Where a line is passed as modules are read."""
ON_THE_WAY = "route "
"""What comes before the name of a route, where a line is passed as the walk goes to it."""


def looks() -> dict[str, tuple[Check, str]]:
    """Return the checks that look from inside, each with one of its claims, by name."""
    discover()
    return {
        check.name: (check, claim)
        for claim, of_claim in registered_checks().items()
        for check in of_claim
        if check.look is not Look.OUTSIDE
    }


@contextmanager
def on_the_copy() -> Iterator[None]:
    """Look at a copy of the database."""
    with on_a_copy(), within_surroundings():
        yield


def faults() -> str:
    """Return what `manage.py check` stops at, or nothing."""
    errors = [one for one in checks.run_checks() if one.level >= checks.ERROR]
    return f"check {errors[0].id}" if errors else ""


def verdict(told: dict[str, Any]) -> str:
    """Return what catches a change, or "survived".

    The `first` checks are asked one by one; then the `last`, which judge the walk, are asked of a
    walk that goes to some routes only, and then of the whole walk. What `manage.py check` sees it
    sees in what is read at the start: of a `late` change it is asked in the end.
    """
    if not told["late"] and (found := faults()):
        return found
    first, routes, last = told["first"], told["routes"], told["last"]
    known = looks()
    rounds = [(RunningSite(), first)]
    if routes and last:
        rounds.append((RunningSite(routes=frozenset(routes)), last))
    rounds.append((RunningSite(), last))
    with on_the_copy():
        for site, names in rounds:
            for check, claim in (known[name] for name in names):
                if run_check(check, claim, site).broken:
                    return f"red {claim} ({all_claims()[claim].number})"
    return (told["late"] and faults()) or "survived"


class Paths:
    """Which checks pass each line of Python and each template."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seen: dict[str, set[str]] = defaultdict(set)
        self.costs: dict[str, float] = {}
        self.judges: dict[str, set[str]] = {PAGES: set(), WALK: set()}
        """Which checks look at what is made once."""
        self._now = ""

    def learn(self) -> dict[str, Any]:
        """Run all checks.

        Raises SystemExit where a promise is not kept before anything is changed.
        """
        known = looks()
        # What is read when it is first asked for is not passed by whoever asks first.
        checks.run_checks()
        registered_jobs()
        self._listen_to_templates()
        self._listen_to_the_walk()
        site = RunningSite()
        with on_the_copy():
            for shared, make in ((PAGES, lambda: site.pages), (WALK, lambda: site.walk)):
                self._during(shared)
                make()
            for name, (check, claim) in known.items():
                self._during(name)
                begin = time.process_time()
                watched: Any = _Watched(site)
                outcome = run_check(check, claim, watched)
                self.costs[name] = time.process_time() - begin
                for shared in watched.shared:
                    self.judges[shared].add(name)
                if outcome.broken:  # what waits for a first backup can turn red nowhere
                    said = outcome.evidence.words
                    raise SystemExit(f"{claim} is not kept as things are: {said}")
        self.measured.stop()
        data = self.measured.get_data()
        for file in data.measured_files():
            path = str(Path(file).relative_to(ROOT))
            for line, contexts in data.contexts_by_lineno(file).items():
                self.seen[f"{path}:{line}"] |= set(contexts)
        return {
            "seen": {key: sorted(names) for key, names in self.seen.items()},
            "costs": self.costs,
            "judges": {shared: sorted(names) for shared, names in self.judges.items()},
        }

    def _during(self, name: str) -> None:
        self._now = name
        self.measured.switch_context(name)

    def _listen_to_templates(self) -> None:
        # A template that is extended is rendered by this alone.
        ours: Any = Template
        render = ours._render  # noqa: SLF001 - what Django's own test runner replaces

        def noted(template: Any, context: Any) -> Any:
            if template.origin and str(template.origin.name).startswith(str(ROOT)):
                self.seen[str(Path(template.origin.name).relative_to(ROOT))].add(self._now)
            return render(template, context)

        ours._render = noted  # noqa: SLF001 - see above

    def _listen_to_the_walk(self) -> None:
        walk: Any = Walk
        send = walk._send  # noqa: SLF001 - where each request of the walk passes

        def sent(self_: Any, who: str, visitor: Any, method: str, path: str, *data: Any) -> Any:
            before = self._now
            route = self_.by_pattern.get(self_._pattern_of(path))  # noqa: SLF001 - see above
            if route is not None and route.name:
                self._during(f"{ON_THE_WAY}{route.name}")
            try:
                return send(self_, who, visitor, method, path, *data)
            finally:
                self._during(before)

        walk._send = sent  # noqa: SLF001 - see above


class _Watched:
    """The door of a check, which tells what is asked for of what is made once."""

    def __init__(self, site: RunningSite) -> None:
        self._site = site
        self.shared: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name in ("pages", "closed"):
            self.shared.add(PAGES)
        elif name == "walk":
            self.shared.add(WALK)
        return getattr(self._site, name)
