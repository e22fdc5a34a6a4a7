"""What the worker does at intervals. A room puts its own into `<room>/jobs.py`.

A job runs once when the worker starts and then at its interval. Two workers may run the same job
at the same time, so a job is written to be harmless when run twice: "delete what is older than".
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class Job:
    """One periodic job."""

    name: str
    every_seconds: float
    run: Callable[[], object]


_registry: dict[str, Job] = {}


def periodic(
    name: str, *, every_seconds: float
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function without arguments to be run by the worker."""

    def decorate(function: Callable[[], object]) -> Callable[[], object]:
        known = _registry.get(name)
        if known is not None and known.run is not function:
            raise ValueError(f"Two jobs are named {name!r}.")
        _registry[name] = Job(name, every_seconds, function)
        return function

    return decorate


def registered_jobs() -> tuple[Job, ...]:
    """Return the jobs of all installed rooms."""
    autodiscover_modules("jobs")
    return tuple(_registry.values())
