"""A look that acts holds nobody up, and leaves nothing behind."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import (
    DatabaseError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

from privacy.promises import registry
from privacy.promises.database_copy import on_a_copy
from privacy.promises.registry import Evidence
from privacy.promises.services import verify_promises
from tests.factories.promises import looks


def names():
    return set(Group.objects.values_list("name", flat=True))


def write_from_outside(name):
    """Write as another process does that waits for no lock; return what went wrong."""
    problems = []

    def write():
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")
            Group.objects.create(name=name)
        except DatabaseError as error:
            problems.append(repr(error))
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    return problems


@pytest.mark.django_db(transaction=True)
def test_others_write_while_a_check_rehearses(monkeypatch):
    Group.objects.create(name="before")
    seen = {}

    def check(site):
        with site.rehearsal():
            Group.objects.create(name="rehearsed")
            seen["problems"] = write_from_outside("from outside")
            seen["names"] = {"before", "rehearsed"} <= names()
        close_old_connections()  # whoever does so in mid-look
        connection.close()
        with pytest.raises(OperationalError):
            connection.connect()
        seen["after"] = "rehearsed" in names()
        seen["database"] = connection.connection and connection.connection is not original
        return Evidence("seen")

    monkeypatch.setattr(registry, "_checks", {"policy.last-updated": looks(check)})
    monkeypatch.setattr("privacy.promises.services.discover", lambda: None)
    connection.ensure_connection()
    original = connection.connection
    (outcome,) = verify_promises()
    assert outcome.kept, outcome.evidence.words
    assert seen["problems"] == []
    assert (seen["names"], seen["after"]) == (True, False)
    assert {"before", "from outside"} <= names()
    assert "rehearsed" not in names()
    assert seen["database"]
    assert connection.connection is original
    connection.close()
    assert connection.connection is None


@pytest.mark.django_db(transaction=True)
def test_nothing_lists_what_is_asked_of_the_copy(settings):
    settings.DEBUG = True
    with on_a_copy():
        connection.queries_log.clear()  # PostgreSQL was asked on the way whether it may be copied
        assert "before" not in names()
        listed = list(connection.queries)
    assert listed == []
    assert "before" not in names()
    assert len(connection.queries) == 1


@pytest.mark.django_db
def test_within_a_transaction_there_is_nothing_to_copy():
    with transaction.atomic(), on_a_copy():
        Group.objects.create(name="kept")
    assert "kept" in names()
