"""A program of its own: asks the site for pages while its database is missing or locked.

Prints what came back as JSON. Called with `missing` or `locked`.
"""

import json
import os
import sqlite3
import sys
from pathlib import Path

kind, folder = sys.argv[1], Path(sys.argv[2])
path = folder / "absent" / "site.sqlite3" if kind == "missing" else folder / "site.sqlite3"
os.environ["DATABASE_URL"] = f"sqlite:///{path}"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment had to be set first
from django.conf import settings  # noqa: E402 - as above

settings.DATABASES["default"]["OPTIONS"]["timeout"] = 0.2
django.setup()

from django.core.management import call_command  # noqa: E402 - needs loaded apps

from tests.client import SAME_ORIGIN, SiteClient  # noqa: E402 - needs loaded apps
from tests.journeys.hostile import FORMS  # noqa: E402 - beside the line above

if kind == "locked":
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("setup_site", verbosity=0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

answers = {}
client = SiteClient(raise_request_exception=False)
for address in ("/", "/privacy/", "/nowhere/", "/static/css/site.css"):
    response = client.get(address)
    body = b"".join(response) if response.streaming else response.content
    answers[f"GET {address}"] = [
        response.status_code,
        response.headers.get("Retry-After", ""),
        b"<h1" in body,
        len(body) > 300,
    ]
for address, data in FORMS.items():
    response = client.post(address, data, headers=SAME_ORIGIN)
    answers[f"POST {address}"] = [
        response.status_code,
        response.headers.get("Retry-After", ""),
        b"<h1" in response.content,
        len(response.content) > 300,
    ]
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
