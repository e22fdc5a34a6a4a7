"""Which check stands for which claim. Rooms register; nothing here knows a room."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from privacy.promises.running_site import RunningSite

Figure = int | float | str
Check = Callable[["RunningSite"], "Evidence"]


class PromiseBroken(Exception):  # noqa: N818 - it is what happened, and reads so where it is raised
    """A check found that the site does not do what the policy says. The message says what."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check saw: one sentence for readers, and the figures behind it."""

    words: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


_checks: dict[str, Check] = {}


def promise(*claim_ids: str) -> Callable[[Check], Check]:
    """Register a check for one claim, or for several that one observation shows.

    Raises ValueError where a claim already has a check: two answers to one question are none.
    """

    def register(check: Check) -> Check:
        for claim_id in claim_ids:
            known = _checks.get(claim_id)
            if known is not None and known.__qualname__ != check.__qualname__:
                message = f"{claim_id} is already checked by {known.__module__}.{known.__name__}"
                raise ValueError(message)
            _checks[claim_id] = check
        return check

    return register


def registered_checks() -> Mapping[str, Check]:
    """Return all checks by claim id."""
    return dict(_checks)


def discover() -> None:
    """Import `promises.py` of each installed app, as the admin imports `admin.py`."""
    autodiscover_modules("promises")


def require(condition: object, problem: str) -> None:
    """Raise PromiseBroken with the problem unless the condition holds."""
    if not condition:
        raise PromiseBroken(problem)
