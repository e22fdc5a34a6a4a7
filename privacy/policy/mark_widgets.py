"""What stands in the place of each mark of a text. The room that looks after promises says what.

The policy knows no room above it: whoever can show that a sentence is kept registers here.
"""

from collections.abc import Callable
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
