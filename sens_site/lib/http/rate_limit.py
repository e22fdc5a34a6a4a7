"""How often one client may do something, counted for all workers together in the shared cache.

A count kept by `get`, add one, `set` loses hits when two workers do it at once, and so does the
database cache's `incr`. Here a window has numbered slots, and a hit takes the first free one with
`cache.add`, which is atomic in every backend: of two that want one slot, one gets it. So the limit
is exact whatever the number of workers and threads, and looking at it writes nothing.
"""

import secrets
import time

from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpRequest

from sens_site.lib.http.client_address import hashed_client


def allow(
    request: HttpRequest,
    *,
    scope: str,
    limit: int,
    window_seconds: int,
    token: str | None = None,
) -> bool:
    """Take one of the client's `limit` hits in this window; return False when none is left.

    Hits with an equal `token` count once: a form that is sent ten times at once is one hit, and
    none of the ten is refused. The token goes into the cache, so it must tell nothing of anybody.

    The limiter protects, it does not decide whether the site is up: where the cache accepts no
    entry the hit is let through, and whatever the caller writes next finds out for itself.
    """
    window = int(time.time()) // window_seconds
    client = hashed_client(request, f"{scope}.{window_seconds}.{window}")
    keys = [f"limit:{scope}:{client}:{slot}" for slot in range(limit)]
    mine = token or secrets.token_hex(16)
    taken = cache.get_many(keys)
    if mine in taken.values():
        return True
    for key in keys:
        if key in taken:
            continue
        if cache.add(key, mine, timeout=window_seconds + 1):
            return True
        # Somebody was faster. An equal token in this slot is this very hit; no entry at all means
        # that the cache could not write, which `add` does not tell.
        if cache.get(key) in (mine, None):
            return True
    return False


def require_counting() -> None:
    """Raise OperationalError where the shared cache takes no entry.

    A limiter that cannot count calls everybody too fast; the truth is that the site is not up.
    """
    if not cache.add(f"probe:{secrets.token_hex(16)}", 1, timeout=1):
        raise OperationalError("The shared cache takes no entry.")


def seconds_left(window_seconds: int) -> int:
    """Return after how many seconds a new window begins: the value of `Retry-After`."""
    return window_seconds - int(time.time()) % window_seconds
