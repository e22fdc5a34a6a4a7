"""One site of `bench.growth`: fills its own database, then draws the pages that it is told to.

Of each table of people that a page reads there is one row at first, a person's own; it is copied by
SQL as often as wanted, each copy belonging to a person of its own.
"""

import json
import os
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - needs the loaded apps
from allauth.mfa.models import Authenticator  # noqa: E402 - as above
from django.conf import settings  # noqa: E402 - as above
from django.core import signals  # noqa: E402 - as above
from django.core.management import call_command  # noqa: E402 - as above
from django.db import connection, models, reset_queries, transaction  # noqa: E402 - as above
from django.test import RequestFactory  # noqa: E402 - as above

from accounts.models import ConfirmedAddress, PolicyAcceptance, Session, User  # noqa: E402 - as above
from bench.filling import copy_rows, fill_documents, lengthen  # noqa: E402 - as above
from contact.models import ContactMessage, MessageReply  # noqa: E402 - as above
from contact.order_models import OrderState  # noqa: E402 - as above
from contact.photo_models import MessagePhoto  # noqa: E402 - as above
from downloads.models import DownloadRecord, Watch  # noqa: E402 - as above
from newsletter.models import Subscriber, Subscription  # noqa: E402 - as above
from privacy.consent.models import PersonalRefusals  # noqa: E402 - as above
from privacy.rights.models import RequestEvent, SubjectRequest  # noqa: E402 - as above
from search.services import rebuild_index  # noqa: E402 - as above
from search.views import SEARCHES  # noqa: E402 - as above
from sens_site.lib.cache.content_stamp import renew_stamp, stamp_of_today  # noqa: E402 - as above
from sens_site.wsgi import numbered  # noqa: E402 - as above
from tests.subject import make_subject, open_session  # noqa: E402 - as above

READ_BY_PAGES: tuple[type[models.Model], ...] = (
    User, EmailAddress, ConfirmedAddress, Session, PolicyAcceptance, PersonalRefusals, Authenticator,
    ContactMessage, MessageReply, MessagePhoto, OrderState, DownloadRecord, Watch, Subscriber,
    Subscription, SubjectRequest, RequestEvent,
)  # fmt: skip
"""Tables of people, those before that others lead to."""


def fill(sizes: dict[str, int]) -> str:
    """Fill the database; return the cookie of the person whose rows were copied."""
    with Path(os.devnull).open("w") as silence:
        for command in ("migrate", "createcachetable", "setup_site", "collectstatic"):
            call_command(command, verbosity=0, stdout=silence, **INTERACTIVE.get(command, {}))
    fill_documents(sizes["documents"])
    lengthen(sizes["versions"])
    user = make_subject()
    key = open_session(user)
    with transaction.atomic():
        for model in READ_BY_PAGES:
            copy_rows(model, sizes["rows"], set(READ_BY_PAGES))
    rebuild_index()
    renew_stamp()
    stamp_of_today()
    return f"{settings.SESSION_COOKIE_NAME}={key}"


DRAWN = count()
INTERACTIVE: dict[str, dict[str, Any]] = {"collectstatic": {"interactive": False}}


def draw(path: str, cookie: str) -> None:
    """Draw a page as the site does where no whole page is kept."""
    path = path.format(f"{next(DRAWN) % 100:02}")
    environ: dict[str, Any] = RequestFactory().get(path, headers={"host": "127.0.0.1"}).environ
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    seen: list[str] = []
    result = numbered(environ, lambda status, headers, exc=None: seen.append(status))
    b"".join(result)
    getattr(result, "close", lambda: None)()
    if not seen[0].startswith("200"):
        sys.exit(f"{path}: {seen[0]}")


def queries_of(path: str, cookie: str) -> list[str]:
    """Draw a page and return its SQL."""
    connection.force_debug_cursor = True
    reset_queries()
    draw(path, cookie)
    connection.force_debug_cursor = False
    return [query["sql"] for query in connection.queries_log]


def main() -> None:
    """Fill, then answer each line with the CPU time of a page in µs and its queries."""
    cookie = fill(json.loads(sys.argv[1]))
    signals.request_started.disconnect(reset_queries)
    answer(len(READ_BY_PAGES))
    for line in sys.stdin:
        who, times, path = line.split()
        SEARCHES.forget()  # one client searches as often as a thousand would
        whose = cookie if who == "own" else ""
        queries = queries_of(path, whose)
        start = time.process_time()
        for _ in range(int(times)):
            draw(path, whose)
        answer([(time.process_time() - start) / int(times) * 1e6, queries])


def answer(what: Any) -> None:
    """Send a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
