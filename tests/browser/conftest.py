"""A real browser against the real server: granian, whitenoise, ready pages, SQLite in WAL.

Tests look into the server's own database. Nothing is rolled back, so each test makes people of its
own. A console error, a CSP violation, a request to another origin or a failed request that a test
did not announce fails the test.
"""

import os

# Playwright's loop runs in this thread; Django would refuse the database to it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import itertools
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import DjangoDbBlocker

from accounts.models import User
from privacy.consent.models import ServiceSwitch
from sens_site.lib.cache.content_stamp import renew_stamp
from sens_site.serving import granian_command
from tests.browser.watch import Watch
from tests.run import find_chromium

START_SECONDS = 300
BEFORE_MIDNIGHT = timedelta(minutes=3)
PATIENCE_MS = 60_000
"""How long a page may take on a machine that does ten other things. Only a failure waits for it."""
expect.set_options(timeout=PATIENCE_MS)
IDENTIFIERS = {
    "google-analytics": "G-TEST000001",
    "google-ads-conversions": "AW-987654321",
    "google-ads": "AW-123456789",
    "linkedin-insight": "1234567",
    "youtube": "@example",
    "google-maps": "example",
    "openstreetmap": "example",
    "linkedin-posts": "example",
}
"""Account numbers by which a test switches third-party services on."""


@pytest.fixture(scope="session")
def base_url(site: str) -> str:
    """What relative addresses in tests stand on."""
    return site


@pytest.fixture(scope="session")
def site(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Prepare the site as `make serve` does, start its server, and give its address."""
    django_db_blocker.unblock()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("setup_site", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.browser.settings"}
    log = settings.SCRATCH / "server.log"
    with (
        log.open("wb") as lines,
        subprocess.Popen(
            granian_command(port=int(os.environ["BROWSER_PORT"]), workers=2, threads=4),
            env=environment,
            cwd=settings.BASE_DIR,
            stdout=lines,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            _wait_until_it_answers(server, log)
            yield str(settings.SITE_ORIGIN)
        finally:
            server.terminate()
            server.wait(120)
            connections.close_all()


def _wait_until_it_answers(server: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{settings.SITE_ORIGIN}/", timeout=30):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start:\n" + log.read_text()[-3000:])


@pytest.fixture(autouse=True)
def _no_traceback(site: str) -> Iterator[None]:
    """Fail a test during which the server logged a traceback."""
    log = settings.SCRATCH / "server.log"
    before = log.stat().st_size
    yield
    with log.open("rb") as lines:
        lines.seek(before)
        written = lines.read().decode(errors="replace")
    assert "Traceback" not in written, written


@pytest.fixture
def put_back(site: str) -> Iterator[None]:
    """Take back what a test publishes. Sealed versions cannot be deleted, so the file is put back.

    Pages would grow past their budgets for the tests that come after it.
    """
    with closing(sqlite3.connect(":memory:")) as kept:
        with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as database:
            database.backup(kept)
        yield
        connections.close_all()
        with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as database:
            kept.backup(database)
    _tell_of_a_change()


@pytest.fixture
def one_day() -> None:
    """Begin after midnight what counts on one date from its first step to its last."""
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    if midnight - now < BEFORE_MIDNIGHT:
        time.sleep((midnight - now).total_seconds() + 1)


@pytest.fixture(autouse=True)
def _fresh_limits(site: str) -> None:
    """Let no test run into a rate limit that another has used up."""
    caches["default"].clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the distribution's Chromium; a container's own shared memory is too small for it."""
    return {
        **browser_type_launch_args,
        "executable_path": find_chromium(),
        "args": ["--disable-dev-shm-usage"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], site: str) -> dict[str, Any]:
    """English, one time zone, and the site's address for relative ones."""
    return {
        **browser_context_args,
        "base_url": site,
        "locale": "en-US",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture
def watch(context: BrowserContext, site: str) -> Iterator[Watch]:
    """What the browser complained of and asked for; anything unannounced fails the test."""
    seen = Watch(site)
    seen.follow(context)
    yield seen
    assert seen.complaints() == []


@pytest.fixture
def page(page: Page, watch: Watch) -> Page:
    """A page that is watched."""
    page.set_default_timeout(PATIENCE_MS)
    return page


_numbers = itertools.count(1)


@pytest.fixture
def a_name() -> Callable[[str], str]:
    """Give a user name that no test has used."""
    return lambda stem: f"{stem}{next(_numbers)}"


@pytest.fixture
def log_in(page: Page, site: str) -> Callable[[User], None]:
    """Give the browser a session of somebody, without the log-in form."""

    def give(user: User) -> None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])

    return give


def switch(identifiers: dict[str, str]) -> None:
    """Switch services as staff do, past the check that the policy names them."""
    for key in IDENTIFIERS:
        ServiceSwitch.objects.filter(key=key).update(identifier=identifiers.get(key, ""))
    _tell_of_a_change()


def _tell_of_a_change() -> None:
    renew_stamp()
    time.sleep(1.1)  # workers look at the stamp once a second


@pytest.fixture(scope="module")
def everything_on(site: str) -> Iterator[None]:
    """All services are switched on while the tests of a file run that ask for it."""
    switch(IDENTIFIERS)
    yield
    switch({})


@pytest.fixture
def audit(site: str) -> Callable[..., tuple[int, str]]:
    """Run the consent audit as staff do; give its status and what it wrote."""

    def run(*options: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", "audit_consent", site, *options],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
                "CHROMIUM": find_chromium() or "",
            },
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run
