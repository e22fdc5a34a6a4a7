"""Copies of one act: a double click or a retry gives one receipt, without an id in the page.

Pages are the same bytes for everyone, so a form cannot carry a number of its own, and what tells
one browser from another (its address, its name) must not be found again from a receipt. So:

A receipt that follows another has a number that is made from that other's number and from what was
chosen. The browser brings the one, the form the other: copies agree for ever, in every process, and
one receipt has one follower for one choice, however often it is sent.

A first receipt follows nothing. Its number is drawn by chance, and this process remembers for ten
seconds for which request it was, by a name that means nothing elsewhere. Then a timer forgets it;
nothing of it was ever written down. A copy that reaches another process leaves a second receipt,
which says the same and which no browser holds (docs/decisions/0017-receipts-without-a-trace.md).

Two people behind one address with one browser who choose the same within these seconds share a
receipt. It says the same for both of them.
"""

import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from privacy.consent.outcome import Outcome
from sens_site.lib.canonical_json import canonical_json
from sens_site.lib.http.client_address import client_address
from sens_site.lib.http.local_limit import LocalLimit

REMEMBERED_SECONDS = 10
MAX_REMEMBERED = 10_000
_SAID_BY_BROWSER = ("User-Agent", "Accept-Language", "Cookie", "Sec-GPC")

LIMIT = LocalLimit((120, 10 * 60), (500, 24 * 3600))
"""New receipts for one client and process: an office of 500 people behind one address that all
answer on one morning is within it; a program fills no disk with it."""


@dataclass
class _Remembered:
    number: UUID
    client: bytes
    begun: float
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One press of a button, or a copy of it: `again` tells that this process has met it before."""

    again: bool
    _remembered: _Remembered

    @property
    def number(self) -> UUID:
        """The number of a receipt that follows no other."""
        return self._remembered.number

    def seconds_to_wait(self) -> int:
        """Take one of the client's receipts, one for all copies; return 0 where there is one."""
        if self._remembered.wait is None:
            self._remembered.wait = LIMIT.take(self._remembered.client)
        return self._remembered.wait


class RecentActs:
    """The acts of the last ten seconds."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._acts: dict[bytes, _Remembered] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def of(self, request: HttpRequest) -> Act:
        """Return the act of a request."""
        said = [client_address(request), *(request.headers.get(h, "") for h in _SAID_BY_BROWSER)]
        said += [f"{name}={value}" for name, values in request.POST.lists() for value in values]
        name = hmac.digest(self._key, "\n".join(said).encode(), "sha256")
        with self._lock:
            self._drop_old()
            known = self._acts.get(name)
            if known is None:
                if len(self._acts) >= MAX_REMEMBERED:
                    self._drop_oldest()
                self._acts[name] = _Remembered(uuid4(), LIMIT.client(request), time.monotonic())
                if self._timer is None:
                    self._start_timer()
            return Act(known is not None, self._acts[name])

    def forget(self) -> None:
        """Forget everything at once."""
        with self._lock:
            self._acts.clear()

    def _drop_oldest(self) -> None:
        del self._acts[next(iter(self._acts))]

    def _drop_old(self) -> None:
        over = time.monotonic() - REMEMBERED_SECONDS
        while self._acts and next(iter(self._acts.values())).begun <= over:
            self._drop_oldest()

    def _start_timer(self) -> None:
        self._timer = threading.Timer(REMEMBERED_SECONDS, self._when_time_is_up)
        self._timer.daemon = True
        self._timer.start()

    def _when_time_is_up(self) -> None:
        with self._lock:
            self._drop_old()
            self._timer = None
            if self._acts:
                self._start_timer()


RECENT = RecentActs()


def number_after(earlier: UUID, outcome: Outcome) -> UUID:
    """Return the number of the receipt that follows another one by a choice."""
    chosen = canonical_json([str(earlier), outcome.cookie, outcome.before.gpc])
    digest = salted_hmac("privacy.consent.receipt", chosen, algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


def forget() -> None:
    """Forget every act and begin every limit anew."""
    RECENT.forget()
    LIMIT.forget()
