"""What the settings ask of each database holds on the open connection."""

import threading

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat

from accounts.models import User
from tests.factories.people import make_person

on_sqlite = pytest.mark.only_on("sqlite")
on_postgresql = pytest.mark.only_on("postgresql")


@on_sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: what was acknowledged is on disk
        ("recursive_triggers", 1),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("busy_timeout", 20_000),
    ],
)
def test_sqlite_is_durable_and_strict(pragma, value):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


@on_postgresql
@pytest.mark.django_db
def test_postgresql_connections_come_from_a_pool_of_the_configured_size():
    connection.ensure_connection()
    pool = getattr(connection, "pool")  # noqa: B009 - only PostgreSQL's connections have one
    assert (pool.min_size, pool.max_size) == (1, 16)


@pytest.mark.django_db(transaction=True)
def test_writers_in_several_threads_wait_for_each_other():
    person = make_person(phone="0")
    longer = Concat("position", Value("x"))
    errors = []

    def work():
        try:
            for _ in range(5):
                User.objects.filter(pk=person.pk).update(position=longer)
        except Exception as error:  # noqa: BLE001 - a thread's fault is shown by the assert below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    person.refresh_from_db()
    assert (errors, len(person.position)) == ([], 40)
