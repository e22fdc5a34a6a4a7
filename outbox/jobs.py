"""What the worker does at intervals. A room puts its own into `<room>/jobs.py`.

A job runs once when the worker starts and then at its interval. Two workers may run the same job
at the same time, so a job is written to be harmless when run twice: "delete what is older than".
It may be ended at any point, too, so what belongs together is one transaction.

What can take longer than a mail may wait is run apart, in a process of its own, and by one worker at
a time: another one leaves it. What only looks does
so behind everything else (`niceness`); what writes does not, as others may wait for its locks.

A job that runs and does nothing fails nowhere. So one that no promise plays through says besides how
many things it has `left` undone, counted without it (`outbox/left_undone.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules


def always() -> bool:
    """Run at each interval."""
    return True


def nothing() -> int:
    """Leave nothing undone: for jobs that a promise looks after."""
    return 0


@dataclass(frozen=True, slots=True)
class Job:
    """One periodic job. `when` spares an idle job apart the start of its process."""

    name: str
    every_seconds: float
    run: Callable[[], object]
    apart: bool = False
    when: Callable[[], bool] = always
    niceness: int = 0
    left: Callable[[], int] = nothing


_registry: dict[str, Job] = {}


def periodic(
    name: str,
    *,
    every_seconds: float,
    apart: bool = False,
    when: Callable[[], bool] = always,
    niceness: int = 0,
    left: Callable[[], int] = nothing,
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function without arguments to be run by the worker."""

    def decorate(function: Callable[[], object]) -> Callable[[], object]:
        known = _registry.get(name)
        if known is not None and known.run is not function:
            raise ValueError(f"Two jobs are named {name!r}.")
        _registry[name] = Job(name, every_seconds, function, apart, when, niceness, left)
        return function

    return decorate


def registered_jobs() -> tuple[Job, ...]:
    """Return the jobs of all installed rooms."""
    autodiscover_modules("jobs")
    return tuple(_registry.values())
