"""Run inside the site's own Python: fill a fresh database and count what each page costs it.

Prints one JSON object: the cookie of a signed-in customer, and the queries of each page when cold,
when warm and when signed in.
"""

import json
import os
import sys
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import django

PAGES = ["/", "/products/dc-systems-dc-ups/", "/privacy/", "/privacy/v/1/", "/privacy/history/", "/privacy/promises/", "/privacy/record/", "/privacy/choices/",
         "/cookies/", "/contact/webmaster/", "/accounts/login/", "/accounts/register/"]  # fmt: skip
SIGNED_IN = ["/", "/privacy/", "/accounts/profile/"]


def customer_cookie() -> str:
    """Make a customer with a session and return the `Cookie` header of their browser."""
    from django.conf import settings  # noqa: PLC0415 - after django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415 - after django.setup()

    user = get_user_model().objects.create_user("bench", "bench@example.com", "bench pass phrase 1")
    client = Client()
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def count(path: str, cookie: str) -> int:
    """Send one GET through the whole WSGI stack and return its number of queries."""
    from django.db import connection, reset_queries  # noqa: PLC0415 - after django.setup()
    from django.test import RequestFactory  # noqa: PLC0415 - after django.setup()

    from sens_site.wsgi import application  # noqa: PLC0415 - after django.setup()

    environ: dict[str, Any] = RequestFactory().get(path, headers={"host": "127.0.0.1"}).environ
    if cookie:
        environ["HTTP_COOKIE"] = SimpleCookie(cookie).output(header="", sep=";").strip()
    connection.force_debug_cursor = True
    reset_queries()
    seen: list[str] = []
    result = application(environ, lambda status, headers, exc=None: seen.append(status))
    b"".join(result)
    if hasattr(result, "close"):
        result.close()
    if not seen[0].startswith("200"):
        sys.exit(f"{path}: {seen[0]}")
    return len(connection.queries_log)


def main() -> None:
    """Fill, count, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sens_site.settings")
    django.setup()
    from django.core import signals  # noqa: PLC0415 - after django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.db import reset_queries  # noqa: PLC0415 - after django.setup()

    with Path(os.devnull).open("w") as silence:
        call_command("migrate", verbosity=0, stdout=silence)
        call_command("createcachetable", verbosity=0, stdout=silence)
        call_command("setup_site", stdout=silence)
        call_command("collectstatic", interactive=False, verbosity=0, stdout=silence)
    cookie = customer_cookie()
    signals.request_started.disconnect(reset_queries)
    count("/", "")
    figures = {
        "cold": {path: count(path, "") for path in PAGES},
        # Once a second the first request looks at the content stamp; a page's own cost is the rest.
        "warm": {path: min(count(path, "") for _ in range(2)) for path in PAGES},
        "signed_in": {path: [count(path, cookie) for _ in range(3)][-1] for path in SIGNED_IN},
        "cookie": cookie,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
