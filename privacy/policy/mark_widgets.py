"""What a sentence may be marked with, and what stands in the place of each mark of a text.

The room that looks after promises says both.
The policy knows no room above it: whoever can show that a sentence is kept registers here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

Widget = Callable[[str], str]
"""From the id of a mark to the HTML that is shown for it."""


class MakeWidget(Protocol):
    """Makes the widget for a stored HTML that is shown at a path."""

    def __call__(self, stored_html: str, page: str) -> Widget: ...


M = TypeVar("M", bound=MakeWidget)
_makers: list[MakeWidget] = []


def register_marks(make: M) -> M:
    """Have `make(stored_html, page)` asked for the widget of a text. Returns it: a decorator."""
    _makers[:] = [make]
    return make


def widget_for(stored_html: str, *, page: str) -> Widget:
    """Return the widget for a text that is shown at the path `page`; without one, none is shown."""
    return _makers[0](stored_html, page) if _makers else lambda _: ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A claim that a sentence may be marked with."""

    claim_id: str
    number: int
    words: str


Choices = Callable[[], Sequence[Choice]]
C = TypeVar("C", bound=Choices)
_choices: list[Choices] = []


def register_choices(source: C) -> C:
    """Have `source()` asked for what drafts may be marked with. Returns it: a decorator."""
    _choices[:] = [source]
    return source


def claims_to_choose() -> Sequence[Choice]:
    """Return what drafts may be marked with."""
    return _choices[0]() if _choices else ()
