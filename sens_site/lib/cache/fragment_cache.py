"""Fragments: parts of pages that are the same for everybody, made once and kept in this process.

For pages that cannot be kept whole because somebody is signed in. A fragment is dropped when the
content stamp changes or the day ends. It may hold nothing that depends on a person.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sens_site.lib.cache.content_stamp import Generation, content_as_before, generation
from sens_site.lib.cache.rehearsal_cache import is_drawn_anew

MAX_FRAGMENTS = 256
Value = TypeVar("Value")

_kept: dict[Hashable, tuple[Generation, Any]] = {}  # the newest last; a plain one is copied at once
_lock = threading.Lock()


def fragment(key: Hashable, build: Callable[[], Value]) -> Value:
    """Return what `build` makes, made at most once for each state of the content.

    Two threads may build the same at the same time; a fragment whose making began before a change
    is returned, but not kept.
    """
    now = generation()
    held = _kept.get(key)
    if held is not None and held[0] == now:
        value: Value = held[1]
        return value
    value = build()
    with _lock:
        if now == generation():
            _kept.pop(key, None)
            _kept[key] = (now, value)
            while len(_kept) > MAX_FRAGMENTS:
                del _kept[next(iter(_kept))]
    return value


def drawn_once(key: Hashable, draw: Callable[[], Value]) -> Value:
    """Return what templates draw as a fragment, or anew while somebody may be editing them."""
    return draw() if is_drawn_anew() else fragment(key, draw)


@contextmanager
def fragments_as_before() -> Iterator[None]:
    """Have afterwards the fragments of before: what they would be made of is rolled back."""
    with _lock:
        before = _kept.copy()
    with content_as_before():
        try:
            yield
        finally:
            with _lock:
                _kept.clear()
                _kept.update(before)


def forget_fragments() -> None:
    """Drop them all."""
    with _lock:
        _kept.clear()
