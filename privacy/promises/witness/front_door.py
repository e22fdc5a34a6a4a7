"""The application as a server starts it, with the pages that it keeps ready in front of Django."""

import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils.module_loading import import_string

from privacy.promises.visitor import Answer, Site, set_by

MOST_AT_THE_DOOR = 8


@contextmanager
def _connection_kept() -> Iterator[None]:
    """Keep this thread's connection: it may be the one of a rehearsal, or of a copy."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def ask(path: str, environ: Mapping[str, Any]) -> Answer:
    """Send one request as a server does, and return what it would write on the wire."""
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        told[:] = [(status, headers)]

    with _connection_kept():
        result = import_string(settings.WSGI_APPLICATION)(dict(environ), start_response)
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
    status, headers = told[0]
    cookies: SimpleCookie = SimpleCookie()
    for name, value in headers:
        if name.lower() == "set-cookie":
            cookies.load(value)
    return Answer(
        path=path,
        status=int(status.split()[0]),
        headers=dict(headers),
        set_cookies={name: morsel.value for name, morsel in cookies.items()},
        text=body.decode("utf-8", "replace"),
        cookies=set_by(cookies),
    )


def opened_twice(site: Site, paths: Collection[str]) -> Iterator[tuple[str, Answer | str]]:
    """Open some pages as a server does, each twice: made for it, and kept ready since.

    Gives what is wrong in words in the place of an answer, where a server would have none.
    """
    some = secrets.SystemRandom().sample(sorted(paths), min(len(paths), MOST_AT_THE_DOOR))
    for path in [one for one in (*some, *({"/"} & set(paths))) for _ in range(2)]:
        try:
            yield path, site.at_the_front_door(path)
        except Exception as error:  # noqa: BLE001 - whatever the application may raise
            kind = type(error).__name__
            yield path, f"a server that is asked for {path} ends in an error ({kind})"
