"""Whether this instance can do its work: what `/readyz`, `/metrics` and `manage.py doctor` say.

What stops is what an instance must not be sent requests with. What only needs a person (a worker
that has died, mails that wait) does not take the site away from its visitors: the answer names it,
and an alarm rings for it.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from outbox.bulk import bulk_purposes
from outbox.models import OutboxMail
from privacy.datamap import clock
from privacy.policy.head_log import altered_chains
from sens_site import set_up
from sens_site.lib import row_guards
from sens_site.lib.http.database_wait import answer_within

LOOKED_AT_FOR = 2.0
"""For how many seconds an answer stands: whoever asks often costs the database no more."""
DATABASE_SECONDS = 1.0
LEAST_FREE_BYTES = 200_000_000
MAIL_LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    name: str
    stops: bool
    look: Callable[[], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is wrong, by check, in words that hold nothing about anybody."""

    found: dict[str, tuple[str, ...]]

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here."""
        return not any(self.found[check.name] for check in CHECKS if check.stops)

    @property
    def is_well(self) -> bool:
        """Whether nothing needs a person either."""
        return not any(self.found.values())


def database() -> Iterator[str]:
    try:
        answer_within(DATABASE_SECONDS)
    except (DatabaseError, InterfaceError) as error:
        yield f"The database cannot be used ({type(error).__name__}): see DATABASE_URL and its server."


def guards() -> Iterator[str]:
    missing = row_guards.missing()
    if missing:
        yield (
            f"{len(missing)} guards that freeze rows are missing or changed, first {missing[0]}: "
            "manage.py migrate, then manage.py verify_policy."
        )


def chains() -> Iterator[str]:
    for name in altered_chains():
        yield (
            f"The chain {name} no longer has the head that was logged of it: something sealed was "
            "altered, or an old backup was restored. manage.py verify_policy says where."
        )


def disk() -> Iterator[str]:
    for place, free in free_bytes().items():
        if free < LEAST_FREE_BYTES:
            yield f"{free // 1_000_000} MB are free at {place}: make room."


def time_of_day() -> Iterator[str]:
    yield from clock.faults()


def mails() -> Iterator[str]:
    late = OutboxMail.objects.due(timezone.now() - MAIL_LATE)
    if late.exclude(purpose__in=bulk_purposes()).exists():
        yield "A mail has waited for more than an hour: look for the worker and the mail server."


def worker() -> Iterator[str]:
    yield from set_up.worker()


CHECKS = (
    Check("database", stops=True, look=database),
    Check("guards", stops=True, look=guards),
    Check("chains", stops=True, look=chains),
    Check("disk", stops=True, look=disk),
    Check("clock", stops=False, look=time_of_day),
    Check("mails", stops=False, look=mails),
    Check("worker", stops=False, look=worker),
)
UNSEEN = "Could not be looked at."


def look() -> Readiness:
    """Look at everything. What needs the database is left out without one."""
    found: dict[str, tuple[str, ...]] = {}
    for check in CHECKS:
        if found.get("database") and check.look is not disk:
            found[check.name] = (UNSEEN,)
            continue
        try:
            found[check.name] = tuple(check.look())
        except (DatabaseError, InterfaceError) as error:
            found[check.name] = (f"{UNSEEN} ({type(error).__name__})",)
    return Readiness(found)


class Lookout:
    """Looks now and then, and hands out what it saw last. One for each process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[float, Readiness] | None = None

    def readiness(self) -> Readiness:
        """Return what there is to say, no older than `LOOKED_AT_FOR`."""
        with self._lock:
            if self._seen is None or self.clock() - self._seen[0] >= LOOKED_AT_FOR:
                self._seen = self.clock(), look()
            return self._seen[1]


def free_bytes() -> dict[str, int]:
    """Return how many bytes are free on each disk that the site writes to, by the first place there."""
    found: dict[int, tuple[str, int]] = {}
    for name, path in places().items():
        there = next(one for one in (path, *path.parents) if one.exists())
        found.setdefault(there.stat().st_dev, (name, shutil.disk_usage(there).free))
    return dict(found.values())


def places() -> dict[str, Path]:
    """Return where the site writes, by the name of the setting."""
    named = {
        name: Path(getattr(settings, name))
        for name in ("ERASURE_LEDGER", "PRIVATE_ROOT", "MEDIA_ROOT", "DOCUMENTS_ROOT")
    }
    if connection.vendor == "sqlite":
        named = {"DATABASE_URL": Path(str(connection.settings_dict["NAME"])).absolute(), **named}
    return named
