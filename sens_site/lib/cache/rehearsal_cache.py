"""A shared cache for one look at the site: its own, so that no visitor's traffic can change it.

Limits that visitors have used up refuse no check, and what a check uses up refuses no visitor.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, cast

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

AS_CONFIGURED = ("KEY_FUNCTION", "KEY_PREFIX", "TIMEOUT", "VERSION")


class RehearsalCache(LocMemCache):
    """Lies in memory, under the very keys that the configured cache would use."""

    def __init__(self) -> None:
        configured = settings.CACHES["default"]
        super().__init__("", {k: configured[k] for k in AS_CONFIGURED if k in configured})
        # Django's own keeps all caches of a name together, for the life of the process.
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._expire_info: dict[str, float | None] = {}
        self._lock = Lock()
        self.beside: dict[str, Any] = {}
        """What a process keeps in memory for its visitors, kept apart for this look."""

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give an entry another time to live. It is written as all are: one place hears of all."""
        key, own = self.make_and_validate_key(key, version=version), cast("Any", self)
        with self._lock:
            if own._has_expired(key):  # noqa: SLF001 - a method of this very cache
                return False
            own._set(key, self._cache[key], timeout)  # noqa: SLF001 - see above
            return True

    def held(self) -> Iterator[tuple[str, bytes]]:
        """Yield each key with its value, as bytes that can be searched."""
        yield from tuple(self._cache.items())

    def drop(self, keys: list[str]) -> None:
        """Delete what lies under some keys, as `held` names them."""
        with self._lock:
            for key in keys:
                self._cache.pop(key, None)
                self._expire_info.pop(key, None)


@contextmanager
def in_place_of_the_shared_cache(cache: RehearsalCache) -> Iterator[None]:
    """Give this thread another shared cache."""
    shared = caches["default"]
    caches["default"] = cache
    try:
        yield
    finally:
        caches["default"] = shared


def is_drawn_anew() -> bool:
    """Tell whether what templates draw is drawn at each request: for a developer who edits them.

    A look at the site has a process of its own, which ends with it, and draws as a server does.
    """
    return settings.DEBUG and not isinstance(caches["default"], RehearsalCache)


def apart_in_a_rehearsal(name: str, usual: Any, make: Callable[[], Any]) -> Any:
    """Return what this process keeps in memory under a name, or what a rehearsal has instead."""
    cache: Any = caches["default"]
    if isinstance(cache, RehearsalCache):
        return cache.beside.setdefault(name, make())
    return usual
