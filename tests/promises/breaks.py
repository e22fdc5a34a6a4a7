"""One deliberate break for each promise that software shows, and the claims it turns red.

The named claims are all that turn red among the checks of their own modules: a break that reddened
a neighbour unnoticed would show that two checks look at one thing. `make test-breaks` looks at
every twelfth of these neighbours, `make test-exhaustive` at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from tests.promises.hand import Hand

Act = Callable[[Hand], object]


class Way(StrEnum):
    """What a break changes."""

    CODE = "code"
    CONFIGURATION = "configuration or template"
    ROWS = "stored rows"


@dataclass(frozen=True)
class Break:
    """One way to break promises."""

    act: Act
    claims: frozenset[str]
    in_sql: bool
    """Whether it acts on rows or changes which statements are sent: it breaks both databases."""
    way: Way = Way.CODE
    measured: bool = False


BREAKS: dict[str, Break] = {}


def breaks(
    *claims: str, in_sql: bool = False, way: Way = Way.CODE, measured: bool = False
) -> Callable[[Act], Act]:
    """Say which claims a break turns red, and in which way.

    `measured` is one that alone leads through some line of a check: `make coverage` names such lines.
    """

    def register(act: Act) -> Act:
        assert act.__name__ not in BREAKS
        BREAKS[act.__name__] = Break(
            act, frozenset(claims), in_sql or way is Way.ROWS, way, measured
        )
        return act

    return register


def find_breaks() -> None:
    """Import each `breaks_of_*.py` beside this file: it registers its breaks."""
    for file in sorted(Path(__file__).parent.glob("breaks_of_*.py")):
        import_module(f"tests.promises.{file.stem}")
