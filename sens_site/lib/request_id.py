"""The number of a request or of a job's run, under which its lines stand in the log.

A mail that is stored has it until it is sent, so that the worker's lines about the mail stand under
it as well. It is made anew for each request, or read from the proxy in front, and given to no
visitor: an answer is the same for everybody (law 4).
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

MOST = 64
_FORM = re.compile(rf"[0-9a-fA-F-]{{8,{MOST}}}")
"""As nginx and others write it. What a visitor might slip past a proxy holds no words."""
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_id() -> str:
    """Return the number of what runs here, or nothing."""
    return _current.get()


def new_id() -> str:
    return secrets.token_hex(8)


@contextmanager
def under(number: str) -> Iterator[None]:
    """Let all that is logged and stored meanwhile stand under a number."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)


def with_request_id(application: Application) -> Application:
    """Give each request a number: that of the proxy, where there is one that we trust."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        named = environ.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXY_COUNT else ""
        with under(named if _FORM.fullmatch(named) else new_id()):
            return application(environ, start_response)

    return wrapped
