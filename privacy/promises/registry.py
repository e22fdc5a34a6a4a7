"""Which checks stand for which claim. Rooms register; nothing here knows a room."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from privacy.promises.running_site import RunningSite

Figure = int | float | str
Function = Callable[["RunningSite"], "Evidence"]


class Look(StrEnum):
    """At what a check looks (law 14)."""

    NOW = "now"
    """The configuration and content that visitors get at this moment."""
    REHEARSAL = "rehearsal"
    """Something switched on or played through for the test, and undone."""
    ROWS = "rows"
    """What is stored: nothing overdue, nothing unmapped, jobs ran when they should."""
    OUTSIDE = "outside"
    """A stranger's look through the front server."""


class Strength(StrEnum):
    """How much a check shows, the strongest first."""

    SHOWN = "shown"
    """The thing itself was seen on the site that visitors use."""
    PLAYED = "played through"
    """It was done for the test, by the code that visitors use."""
    LOOKED_UP = "looked up"
    """It was read from what is stored or configured."""
    STATED = "stated"
    """Somebody has entered it; software cannot see whether it is so."""


USUAL = {
    Look.NOW: Strength.SHOWN,
    Look.REHEARSAL: Strength.PLAYED,
    Look.ROWS: Strength.LOOKED_UP,
    Look.OUTSIDE: Strength.SHOWN,
}


class PromiseBroken(Exception):  # noqa: N818 - it is what happened, and reads so where it is raised
    """A check found that the site does not do what the policy says. The message says what."""


class NotCarriedOut(Exception):  # noqa: N818 - it is what happened, and reads so where it is raised
    """A check could not look: neither kept nor broken. The message says what was in its way."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check saw: one sentence for readers, and the figures behind it."""

    words: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """A function that looks, and what kind of look it is."""

    function: Function
    look: Look
    strength: Strength

    @property
    def name(self) -> str:
        """Its name among all checks: module and function."""
        return f"{self.function.__module__}.{self.function.__name__}"


_checks: dict[str, dict[str, Check]] = {}


def promise(
    *claim_ids: str, look: Look, strength: Strength | None = None
) -> Callable[[Function], Function]:
    """Register a check for one claim, or for several that one observation shows.

    A claim may have several checks, such as a rehearsal and a look at the rows: it is broken when
    one of them finds it so. The strength is the usual one of the kind of look unless named.
    Raises ValueError where a check of that name is there already.
    """

    def register(function: Function) -> Function:
        check = Check(function, look, strength or USUAL[look])
        for claim_id in claim_ids:
            known = _checks.setdefault(claim_id, {})
            if check.name in known and known[check.name].function is not function:
                raise ValueError(f"{claim_id} is already checked by {check.name}")
            known[check.name] = check
        return function

    return register


Surroundings = Callable[[], AbstractContextManager[object]]
_surroundings: list[Surroundings] = []


def look_within(surroundings: Surroundings) -> Surroundings:
    """Have all checks of a run look within a context: what visitors get that no request reads anew.

    A server process reads it when it changes; a command or the worker, which answers nobody, never.
    """
    _surroundings.append(surroundings)
    return surroundings


@contextmanager
def within_surroundings() -> Iterator[None]:
    """Enter all that checks look within."""
    with ExitStack() as entered:
        for surroundings in _surroundings:
            entered.enter_context(surroundings())
        yield


def registered_checks() -> Mapping[str, tuple[Check, ...]]:
    """Return the checks of each claim that has one."""
    return {claim_id: tuple(checks.values()) for claim_id, checks in _checks.items()}


def discover() -> None:
    """Import `promises.py` of each installed app, as the admin imports `admin.py`."""
    autodiscover_modules("promises")


def require(condition: object, problem: str) -> None:
    """Raise PromiseBroken with the problem unless the condition holds."""
    if not condition:
        raise PromiseBroken(problem)
