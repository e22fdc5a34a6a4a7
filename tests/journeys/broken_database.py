"""A program of its own: asks the site for pages while its database is missing or locked.

Prints what came back as JSON. Called with `missing` or `locked` and a folder, in which the database
lies that it is to lock. The forms are sent at the same time, each in a thread of its own, with the
timeouts of production.
"""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

kind, folder = sys.argv[1], Path(sys.argv[2])
path = folder / "absent" / "site.sqlite3" if kind == "missing" else folder / "site.sqlite3"
os.environ["DATABASE_URL"] = f"sqlite:///{path}"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment had to be set first
from django.conf import settings  # noqa: E402 - as above

django.setup()

from django.db import connection  # noqa: E402 - needs loaded apps
from django.utils.html import escape  # noqa: E402 - beside the lines above

from privacy.consent.offer.current import current_offer  # noqa: E402 - needs loaded apps
from tests.client import SAME_ORIGIN, SiteClient  # noqa: E402 - needs loaded apps
from tests.journeys.hostile import FORMS, READ  # noqa: E402 - beside the line above

if kind == "locked":
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

answers: dict[str, Any] = {}
client = SiteClient(raise_request_exception=False)
for address in READ:
    begin = time.monotonic()
    response = client.get(address)
    answers[f"seconds {address}"] = time.monotonic() - begin
    body = b"".join(response) if response.streaming else response.content
    answers[f"GET {address}"] = [
        response.status_code,
        response.headers.get("Retry-After", ""),
        b"<h1" in body,
        len(body) > 300,
    ]


class Clock:
    """Adds up how long the statements of one thread took."""

    seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        begin = time.monotonic()
        try:
            return execute(*args)
        finally:
            self.seconds += time.monotonic() - begin


def send(address: str, data: dict[str, str]) -> list[Any]:
    """Send a form, and say what came back, how long the database took, and what was kept."""
    clock = Clock()
    with connection.execute_wrapper(clock):
        response = SiteClient(raise_request_exception=False).post(
            address, data, headers=SAME_ORIGIN
        )
    body = response.content.decode()
    connection.close()
    return [
        [
            response.status_code,
            response.headers.get("Retry-After", ""),
            "<h1" in body,
            len(body) > 300,
        ],
        clock.seconds,
        [name for name, text in data.items() if escape(text) in body],
    ]


FORMS["/cookies/choose/"]["shown"] = current_offer().shown
FORMS["/cookies/choose/#reject"] = {"choice": "reject", "next": "/"}
with ThreadPoolExecutor(len(FORMS)) as threads:
    sent = threads.map(lambda form: send(*form), FORMS.items())
    for address, (answer, seconds, kept) in zip(FORMS, sent, strict=True):
        answers[f"POST {address}"] = answer
        answers[f"seconds {address}"] = seconds
        answers[f"kept {address}"] = kept
session = SiteClient(raise_request_exception=False)
session.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
response = session.get("/accounts/profile/")
answers["GET /accounts/profile/"] = [
    response.status_code,
    response.headers.get("Retry-After", ""),
    b"<h1" in response.content,
    len(response.content) > 300,
]
print(json.dumps(answers))
