"""Which check passes which line, so that a mutant meets those first that can see it.

Run in a process of its own: `python -m bench.mutants.paths FILE` writes JSON, a list of check names
for each `path:line` of Python and for each template.
"""

import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import coverage

ROOT = Path(__file__).resolve().parents[2]
ANY = "any check"
SHARED = ("pages", "walk")
"""What a `RunningSite` makes once and keeps for all checks."""


def main() -> None:
    """Run each check once under a context of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sens_site.settings")
    measured = coverage.Coverage(
        data_file=None, branch=False, config_file=False, source=[str(ROOT)]
    )
    measured.start()
    import django  # noqa: PLC0415 - measured from its start

    django.setup()
    from django.template.base import Template  # noqa: PLC0415

    from privacy.promises.database_copy import on_a_copy  # noqa: PLC0415
    from privacy.promises.registry import Look, discover, registered_checks  # noqa: PLC0415
    from privacy.promises.running_site import RunningSite  # noqa: PLC0415
    from privacy.promises.services import run_check  # noqa: PLC0415

    seen: dict[str, set[str]] = defaultdict(set)
    current = ""
    # A template that is extended is rendered by this alone.
    ours: Any = Template
    render = ours._render  # noqa: SLF001 - what Django's own test runner replaces

    def noted(self: Any, context: Any) -> Any:
        if self.origin and str(self.origin.name).startswith(str(ROOT)):
            seen[str(Path(self.origin.name).relative_to(ROOT))].add(current)
        return render(self, context)

    ours._render = noted  # noqa: SLF001 - see above
    discover()
    known = {c.name: (c, claim) for claim, of in registered_checks().items() for c in of}
    costs = {}
    site = RunningSite()
    with on_a_copy():
        # What all checks share is opened once: a change there may be seen by any of them.
        measured.switch_context(ANY)
        current = ANY
        for shared in SHARED:
            getattr(site, shared, None)
        for name, (check, claim) in known.items():
            if check.look is Look.OUTSIDE:
                continue
            current, begin = name, time.process_time()
            measured.switch_context(name)
            outcome = run_check(check, claim, site)
            costs[name] = time.process_time() - begin
            if not outcome.kept:
                sys.exit(f"{claim} is not kept as things are: {outcome.evidence.words}")
    measured.stop()
    data = measured.get_data()
    for file in data.measured_files():
        path = str(Path(file).relative_to(ROOT))
        for line, contexts in data.contexts_by_lineno(file).items():
            seen[f"{path}:{line}"] |= set(contexts) - {""}
    by_cost = {
        key: sorted(names, key=lambda name: costs.get(name, 0.0)) for key, names in seen.items()
    }
    Path(sys.argv[1]).write_text(json.dumps(by_cost), encoding="utf-8")


if __name__ == "__main__":
    main()
