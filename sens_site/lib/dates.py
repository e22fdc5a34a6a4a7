"""Dates as people read them, worked out once an hour: Django reads the format anew for each of them.

This is `|date` in the site's templates (`builtins` in the settings). What is kept knows an hour and
how it is written, and never the minute of what anybody did.
"""

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import date as written_anew
from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.timezone import (  # type: ignore[attr-defined]  # the stubs leave one out
    get_current_timezone,
    template_localtime,
)
from django.utils.translation import get_language

register = template.Library()

MOST_HOURS = 2048
_MINUTE = "\0"
_MINUTES = re.compile(r"(?<!\\)i")
_WITHIN_THE_HOUR = re.compile(r"(?<!\\)[cPrsuU]")
"""What tells more of the time of day than the hour, but for the minute in two digits."""


@register.filter
def date(value: Any, form: str | None = None) -> str:
    """Write a date as Django does, in the current zone and language."""
    return date_there(value, form or "DATE_FORMAT", get_language(), get_current_timezone())


def date_there(value: Any, form: str, language: str | None, zone: tzinfo) -> str:
    """Write a date as Django does in the language and zone that are the current ones."""
    if type(value) is datetime and value.tzinfo is not None:
        here = value.astimezone(zone)
        drawn = _hour(form, language, zone, (here.year, here.month, here.day, here.hour))
        if drawn is not None:
            return drawn.replace(_MINUTE, f"{here.minute:02}")
    return str(written_anew(template_localtime(value), form))


@lru_cache(MOST_HOURS)
def _hour(
    form: str, language: str | None, zone: tzinfo, hour: tuple[int, int, int, int]
) -> str | None:
    """Return how an hour is written, a mark for its minute; None where more than that differs."""
    wanted = str(get_format(form, language))
    if _WITHIN_THE_HOUR.search(wanted):
        return None
    ends = [
        datetime(*hour, minute, tzinfo=zone, fold=fold) for minute in (0, 59) for fold in (0, 1)
    ]
    if len({(one.utcoffset(), one.tzname()) for one in ends}) > 1:
        return None  # a clock is put forward or back
    return dateformat.format(ends[0], _MINUTES.sub(_MINUTE, wanted))
