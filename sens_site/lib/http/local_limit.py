"""How often one client may do something, counted by each process for itself, in memory alone.

`rate_limit` counts for all workers together, and its counts lie in the shared cache: keyed hashes of
addresses, in a row that outlives its time. Where not even that may be kept, because it would tell
whose a row without a name is, a limit is counted here. With N workers a client has up to N times as
much, which is enough against a flood and nothing to rely on against guessing.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Hashable

from django.http import HttpRequest

from sens_site.lib.http.client_address import client_address

MAX_CLIENTS = 20_000
"""How many clients one window tells apart. When more come, it begins anew."""


class LocalLimit:
    """Some limits, each a number of hits within so many seconds."""

    def __init__(self, *limits: tuple[int, int]) -> None:
        self._windows = [_Window(most, seconds) for most, seconds in limits]
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()

    def client(self, request: HttpRequest) -> bytes:
        """Return a name for the client that means nothing outside of this process."""
        return hmac.digest(self._key, client_address(request).encode(), "sha256")

    def take(self, client: Hashable) -> int:
        """Take one hit; return 0, or after how many seconds there is one left."""
        now = time.time()
        with self._lock:
            full = [
                window.seconds_left(now) for window in self._windows if window.full(client, now)
            ]
            if not full:
                for window in self._windows:
                    window.add(client)
        return max(full, default=0)

    def forget(self) -> None:
        """Begin anew, for everybody."""
        for window in self._windows:
            window.number = -1


class _Window:
    """Hits by client since the beginning of a stretch of time."""

    def __init__(self, most: int, seconds: int) -> None:
        self.most, self.seconds = most, seconds
        self.number = -1
        self.hits: dict[Hashable, int] = {}

    def full(self, client: Hashable, now: float) -> bool:
        number = int(now) // self.seconds
        if number != self.number or len(self.hits) >= MAX_CLIENTS:
            self.number, self.hits = number, {}
        return self.hits.get(client, 0) >= self.most

    def add(self, client: Hashable) -> None:
        self.hits[client] = self.hits.get(client, 0) + 1

    def seconds_left(self, now: float) -> int:
        return self.seconds - int(now) % self.seconds
