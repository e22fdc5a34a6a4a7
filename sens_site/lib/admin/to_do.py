"""What waits for staff: each admin page may say so, and the admin's front page lists it.

A ModelAdmin with a method `to_do()` is asked, for staff who may look at what it shows. In this way
the front page knows no room.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Task:
    """A number of things that wait, what one and many of them are called, and their tab.

    `right` is one that the viewer needs besides that to the page, where the page shows to some
    people less than to others. `page` is another page of the desk, by its name, where that says
    more than the list.
    """

    count: int
    one: str
    many: str
    query: str = ""
    right: str = ""
    page: str = ""

    @property
    def words(self) -> str:
        """What stands after the number."""
        return self.one if self.count == 1 else self.many


@runtime_checkable
class HasTasks(Protocol):
    """A ModelAdmin that has something to say on the front page."""

    def to_do(self) -> list[Task]:
        """Return what waits, with one count each. Tasks with nothing in them are left out."""
