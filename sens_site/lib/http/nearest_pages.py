"""Which pages an error page offers in place of one that there is not.

Error pages know no room. The search hands in what finds the nearest pages by an address; what it
returns may be of nobody in particular, as error pages are the same for everybody (law 4).
"""

from collections.abc import Callable, Sequence

Pages = Sequence[tuple[str, str]]
"""Title and address of each."""
_find: list[Callable[[str], Pages]] = []


def nearest_by(find: Callable[[str], Pages]) -> None:
    """Let a room find them."""
    _find[:] = [find]


def nearest_pages(path: str) -> Pages:
    """Return the pages nearest to an address, the best one first."""
    return [page for find in _find for page in find(path)]
