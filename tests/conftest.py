"""Fixtures for every room: a visitor, a registered person, staff, and the site's own content."""

import gc
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import psycopg
import pytest
import sqlparse
from django.conf import settings as django_settings
from django.contrib import admin
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from accounts.models import User
from pages.tree import live_tree
from search.misses import WAITING
from search.models import IndexState
from sens_site.lib.cache.content_stamp import content_state, renew_stamp
from tests import content
from tests.client import SiteClient
from tests.factories.people import make_person, make_staff
from tests.kept_database import KeptDatabase

pytest_plugins = ["tests.selection"]
admin.autodiscover()  # in its own order; tests import parts of the desk by their names

# How fast examples are made says how busy the machine is, and nothing about the code.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")
ENDED_BY = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Load the site's content once; each test then runs in a transaction over it.

    Instead of pytest-django's own, which makes a database for tests marked `django_db` alone: those
    that only copy it are not.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        content.load()
        kept = request.config.stash[_kept_key] = KeptDatabase()
    yield
    with django_db_blocker.unblock():
        kept.remove()
        teardown_databases(made, verbosity=0)


def pytest_collection_finish() -> None:
    """Take what is loaded by now out of the garbage collector's rounds: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(
        (marker and marker.kwargs.get("transaction"))
        or {"transactional_db", "live_server", "django_db_reset_sequences"} & set(names)
    )


# Instead of Django's own, which empties all tables: sealed policy versions refuse that, and what
# stands in them would have to be loaded again.
TransactionTestCase._fixture_teardown = lambda self: None  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a test whose writes are committed, put the database back as the content left it."""
    try:
        return (yield)
    finally:
        for number, handler in ENDED_BY.items():  # a command that ran here may have set its own
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        if _commits(item) and nextitem is not None:  # after the last test the database is gone
            with item.config.stash[_blocker_key].unblock():
                item.config.stash[_kept_key].put_back()
                caches["default"].clear()
                renew_stamp()
                IndexState.objects.update(content=content_state())  # made of this very content
                connection.close()


# Django reads collations and constraints of SQLite from the words that made a table, each time anew;
# checks of promises look at all tables, and these words are few.
sqlparse.parse = lru_cache(maxsize=512)(sqlparse.parse)


_blocker_key = pytest.StashKey[DjangoDbBlocker]()
_kept_key = pytest.StashKey[KeptDatabase]()


@pytest.fixture(scope="session", autouse=True)
def _keep_blocker(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    request.config.stash[_blocker_key] = django_db_blocker


@pytest.fixture
def copied_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[str]:
    """A copy of the test database with the site's content in it, as a DATABASE_URL.

    For processes that are to find a site set up, which takes each of them seconds.
    """
    server, copy = os.environ["DATABASE_URL"], tmp_path / "site.sqlite3"
    wrapper: Any = connection
    tested = str(wrapper.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            connection.cursor().execute("VACUUM INTO %s", [str(copy)])
            connection.close()
        with closing(sqlite3.connect(copy)) as opened:
            opened.execute("PRAGMA journal_mode = WAL")  # as the site leaves it
        yield f"sqlite:///{copy}"
        return
    wrapper.close()
    wrapper.close_pool()  # PostgreSQL copies only what nobody is looking at
    name = f"{tested}_copy"
    with psycopg.connect(server, autocommit=True) as opened:
        opened.execute(f"CREATE DATABASE {name} TEMPLATE {tested}".encode())
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as opened:
        opened.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """Let no test see what another has put into this process."""
    content.forget_caches()
    WAITING.forget()


@pytest.fixture(autouse=True)
def _shipped_tree_without_a_database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let a test that has no database find what a site finds whose database is down."""
    asked = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if not asked and request.node.get_closest_marker("django_db") is None:
        monkeypatch.setattr("pages.tree.fragment", _no_database)


def _no_database(*args: object) -> None:
    raise OperationalError


@pytest.fixture(autouse=True)
def _fresh_ledger() -> None:
    """Let no test find the erasures of another, which its own database never knew."""
    Path(django_settings.ERASURE_LEDGER).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _mail_is_stored(settings: Any) -> None:
    """Undo Django's test mailbox: mails are rows of the outbox, in tests as on the site."""
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"


@pytest.fixture
def menu_read(db: None) -> None:
    """The pages of the menu are read once for a process, with one query."""
    live_tree()


@pytest.fixture
def client() -> SiteClient:
    """A visitor with no cookie, on https."""
    return SiteClient()


@pytest.fixture
def strict_client() -> SiteClient:
    """A visitor whose POSTs must say where they come from, as in production."""
    return SiteClient(enforce_csrf_checks=True)


@pytest.fixture
def person(db: None) -> User:
    """A registered customer whose e-mail address is verified."""
    return make_person()


@pytest.fixture
def signed_in(client: SiteClient, person: User) -> SiteClient:
    """The client, logged in as `person`."""
    client.force_login(person)
    return client


@pytest.fixture
def staff(db: None) -> User:
    """A member of staff with all rights and a second factor."""
    return make_staff()


@pytest.fixture
def staff_client(staff: User) -> SiteClient:
    """A client of its own, logged in as `staff`."""
    client = SiteClient()
    client.force_login(staff)
    return client


@pytest.fixture
def policy(db: None) -> Any:
    """The version of the privacy policy that is in force."""
    from privacy.policy.models import PolicyVersion

    version = PolicyVersion.objects.in_force(slug="privacy")
    assert version is not None, "setup_site loads version 1"
    return version


@pytest.fixture
def outbox_mails(db: None) -> Any:
    """All mails that were written, oldest first: call it for the rows as they are now."""
    from outbox.models import OutboxMail

    return lambda: list(OutboxMail.objects.order_by("pk"))
