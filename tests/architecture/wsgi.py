"""Requests through the WSGI entry point, ready pages included, as a server sends them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from sens_site.lib.cache.page_cache import ReadyPages


@dataclass
class Answer:
    """What a server would write on the wire."""

    status: str
    headers: dict[str, str]
    body: bytes


def fresh_application() -> ReadyPages:
    """Return the site's WSGI application as a new worker has it, its clock standing still."""
    from privacy.consent.cookie_corrections import state_of_kept_pages
    from privacy.consent.withdrawal import has_left_over
    from sens_site import wsgi

    return ReadyPages(
        wsgi.django_application,
        consent_state=state_of_kept_pages,
        left_over=has_left_over,
        read_stamp=wsgi.ready_pages.read_stamp,
        session_cookie=settings.SESSION_COOKIE_NAME,
        consent_cookie=settings.COOKIE_CONSENT_NAME,
        clock=lambda: 0.0,
    )


@contextmanager
def connection_kept() -> Iterator[None]:
    """Keep the test's own connection open, with the transaction in it, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def request(
    application: Any, method: str, path: str, body: bytes, headers: dict[str, str], **more: str
) -> Answer:
    """Send one request; a header is named in lower case, with underscores. `more` is of CGI."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": "testserver",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        **more,
    }
    setup_testing_defaults(environ)
    answer = Answer("", {}, b"")

    def start_response(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> Any:
        answer.status, answer.headers = status, dict(fields)

    with connection_kept():
        result = application(environ, start_response)
        try:
            answer.body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
    return answer


def get(application: Any, path: str, **headers: str) -> Answer:
    """GET a path."""
    return request(application, "GET", path, b"", headers)
