"""Other hours and another year, played in a rehearsal: no look may depend on when it is taken.

What counts a day otherwise from some hour on would be seen only by a run after that hour, and what
tells a year, only by a run in the next.
"""

import sys
import time as clock
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from threading import get_ident
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.utils import timezone

NOON = time(12)
TWO_YEARS, NO_TIME = timedelta(days=731), timedelta()


@contextmanager
def at_the_hour(hour: time) -> Iterator[datetime]:
    """Let it be this hour of today where the company is, for whatever asks Django for the time."""
    zone = timezone.get_default_timezone()
    moment = datetime.combine(timezone.localdate(timezone=zone), hour, zone)
    with patch.object(timezone, "now", lambda: moment):
        yield moment


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let it be later, for whatever asks Django or Python for the time: what runs out then has.

    Rows stay as they are, so what ends by their age is made older instead.
    """
    now, seconds = timezone.now, clock.time
    with (
        patch.object(timezone, "now", lambda: now() + by),
        patch.object(clock, "time", lambda: seconds() + by.total_seconds()),
    ):
        yield


class _Ahead(type):
    """Lets what is a day or a moment be one, though the name for it stands for another clock."""

    plain: type[Any]

    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, cls.plain)


def _ahead(plain: type[Any], by: timedelta, asking: int) -> type[Any]:
    """Return a stand-in for `datetime` or `date` that is ahead for one thread; it makes plain ones."""

    def shifted(value: Any) -> Any:
        return value + by if get_ident() == asking else value

    def new(cls: type[Any], *args: Any, **kwargs: Any) -> Any:
        return plain(*args, **kwargs)

    told = {
        "plain": plain,
        "__new__": new,
        "today": classmethod(lambda cls: shifted(plain.today())),
        "now": classmethod(lambda cls, tz=None: shifted(datetime.now(tz))),  # noqa: TID251 - what it stands for
    }
    return _Ahead(plain.__name__, (plain,), told)


@contextmanager
def in_another_year() -> Iterator[int]:
    """Let it be the same day two years on, for this thread alone; yield which year that is.

    Whoever asks Django, or Python under the names `datetime` and `date`, is told so: the site's own
    code and the tags and filters of templates.
    """
    asking, now = get_ident(), timezone.now
    stand_ins = {
        "datetime": (datetime, _ahead(datetime, TWO_YEARS, asking)),
        "date": (date, _ahead(date, TWO_YEARS, asking)),
    }
    with ExitStack() as stack:
        for module in [one for one in sys.modules.values() if _may_tell_the_time(one)]:
            for name, (plain, ahead) in stand_ins.items():
                if vars(module).get(name) is plain:
                    stack.enter_context(patch.object(module, name, ahead))
        stack.enter_context(
            patch.object(
                timezone, "now", lambda: now() + (TWO_YEARS if get_ident() == asking else NO_TIME)
            )
        )
        yield timezone.localdate().year


def _may_tell_the_time(module: Any) -> bool:
    file = getattr(module, "__file__", None) or ""
    ours = file.startswith(f"{settings.BASE_DIR}/") and "site-packages" not in file
    templates = module.__name__.startswith("django.template")
    return bool((ours and module.__name__ != __name__) or templates)
