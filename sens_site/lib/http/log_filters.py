"""What a log may say of a request (law 10): no secret link, and no alarm for a visitor's mistake.

Both are filters of a handler, so that they see the records of every logger, a library's too.
"""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLResolver, get_resolver

from sens_site.lib.request_id import current_id

SECRET_PARTS = frozenset({"token", "key"})
"""Names of the parts of an address that are a secret. A test looks for others that might be."""
CUT = "…"
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")
_REST_OF_PATH = r"[^\s\"'<>?#]*"
_CLIENTS = ("django.request", "django.security", "modern_csrf")


@cache
def secret_prefixes() -> tuple[str, ...]:
    """Return the beginnings of all addresses that hold a secret, up to their first variable part."""
    found = set()
    for pattern in _patterns(get_resolver().url_patterns, ""):
        names = {first or second for first, second in _PART.findall(pattern)}
        if names & SECRET_PARTS:
            found.add("/" + re.split(r"[<(]", pattern, maxsplit=1)[0].replace("^", ""))
    return tuple(sorted(found))


def _patterns(entries: list[Any], before: str) -> Iterator[str]:
    for entry in entries:
        here = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, here)
        else:
            yield here


@cache
def _secrets() -> re.Pattern[str]:
    either = "|".join(re.escape(prefix) for prefix in secret_prefixes())
    return re.compile(rf"({either}){_REST_OF_PATH}", re.IGNORECASE)


_SEARCHED = re.compile(r"(\?(?:[^\s\"'<>#]*&)?q=)[^\s\"'<>#]+")
"""What was searched for, up to the end of the address: nothing of it stays with who asked."""


def without_secrets(text: str) -> str:
    """Cut the secret part out of every path in a text, and what a search was for."""
    return _SEARCHED.sub(rf"\1{CUT}", _secrets().sub(rf"\1{CUT}", text))


class SecretPathFilter(logging.Filter):
    """Cut secret links out of a record, its traceback included, before a handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; let all pass."""
        record.msg, record.args = without_secrets(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_secrets(record.exc_text)
        return True


class RequestIdFilter(logging.Filter):
    """Name what the line belongs to: a request, a mail of it, or a run of a job."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Write the number into the record; let all pass."""
        record.request_id = current_id() or "-"
        return True


class ClientFaultFilter(logging.Filter):
    """Lower what only a client did wrong to INFO, without traceback: operators watch for ERROR."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let pass what is still loud enough."""
        status = getattr(record, "status_code", 400 if "security" in record.name else 500)
        if record.name.startswith(_CLIENTS) and status < 500:
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.exc_info = record.exc_text = None
        return record.levelno >= logging.getLogger().getEffectiveLevel()
