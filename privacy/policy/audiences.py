"""Who is told of a material change: rooms that know people say so, as privacy knows none of them."""

from collections.abc import Callable, Iterable, Iterator

Audience = Callable[[], Iterable[str]]
_audiences: dict[str, Audience] = {}


def register(name: str, audience: Audience) -> None:
    """Have the e-mail addresses that `audience()` yields told of material changes.

    It is iterated once, inside a transaction, and may be long: let it stream.
    """
    _audiences[name] = audience


def everybody() -> Iterator[str]:
    """Yield the addresses of all audiences. One that stands in two is yielded twice."""
    for audience in _audiences.values():
        yield from audience()
