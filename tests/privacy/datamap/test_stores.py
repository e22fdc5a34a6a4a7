"""The shared cache and files, where a person's words lie outside of every table."""

import pickle
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import connection, models

from privacy.datamap import search, stores
from privacy.datamap.columns import UNCHANGED
from privacy.datamap.erasure import _forget_files, blank_rows
from privacy.datamap.registry import entries
from privacy.datamap.rows import rows_of
from privacy.datamap.search import database_file
from privacy.datamap.stored_mail import mail_text
from privacy.datamap.stores import cached_items, erase_cached
from sens_site.lib.cache.served_cache import ServedCache

pytestmark = pytest.mark.django_db
ADA, OTHER = "ada-lovelace@customer.test", "charles-babbage@customer.test"


class Valkey:
    """As much of a client as is asked for: keys and values are bytes."""

    def __init__(self, rows):
        self.rows = rows

    def scan_iter(self):
        return iter(list(self.rows))

    def get(self, key):
        return self.rows.get(key)

    def delete(self, *keys):
        for key in keys:
            self.rows.pop(key.encode(), None)


@pytest.fixture
def valkey(monkeypatch):
    """The shared cache is a Valkey server, and its table is empty."""
    cache.clear()
    client = Valkey({b"a": pickle.dumps({"to": ADA}), b"b": pickle.dumps({"to": OTHER}), b"c": b""})
    backend = ServedCache(
        "shared_cache", {"SERVER": "redis://127.0.0.1:1/0", "SERVER_SECONDS": 0.5}
    )
    server: Any = SimpleNamespace(_cache=SimpleNamespace(get_client=lambda: client))
    backend.server = server
    monkeypatch.setattr(stores, "caches", {"default": backend})
    return client


def test_what_a_valkey_server_holds_is_searched_and_erased_as_a_table_is(valkey, ada_subject):
    assert dict(cached_items()).keys() == {"a", "b", "c"}
    assert erase_cached(ada_subject) == 1
    assert valkey.rows.keys() == {b"b", b"c"}
    assert erase_cached(ada_subject) == 0


def test_what_was_written_to_the_table_while_the_server_was_away_is_searched_too(
    valkey, ada_subject
):
    cache.set("meanwhile", ADA)
    assert dict(cached_items()).keys() > {"a", "b", "c"}
    assert erase_cached(ada_subject) == 2
    assert (valkey.rows.keys(), cache.get("meanwhile")) == ({b"b", b"c"}, None)


def test_a_key_that_expires_while_it_is_looked_at_holds_nothing(valkey):
    valkey.get = lambda key: None
    assert dict(cached_items()) == {"a": b"", "b": b"", "c": b""}


def test_a_cache_that_holds_nothing_of_a_person_stays_as_it_is(ada_subject):
    cache.set("other", OTHER)
    assert erase_cached(ada_subject) == 0
    assert cache.get("other") == OTHER


def test_bytes_are_searched_as_either_database_gives_them():
    assert [search._bytes(value) for value in (memoryview(b"a"), b"a", "a", 1)] == [
        b"a", b"a", b"a", b"1",
    ]  # fmt: skip


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_a_database_without_a_file_is_not_searched_as_one(monkeypatch):
    assert database_file() is not None
    monkeypatch.setitem(connection.settings_dict, "NAME", "file:memorydb?mode=memory")
    assert database_file() is None


def test_an_attachment_is_no_text_of_a_mail():
    stored = (
        b"Subject: Manual\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n"
        b"--x\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--x--\r\n"
    )
    assert "Here it is." in mail_text(stored)
    assert "%PDF" not in mail_text(stored)


def test_a_mail_is_read_through_its_encodings_and_foldings():
    stored = (
        b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nTo: Ada <ada@example.com>,\r\n Ben <ben@example.com>\r\n"
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b"\r\nFrom ca=\r\nrl@example.com =C3=A9\r\n"
        b"--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n"
        b"\r\nZG9yYUBleGFtcGxlLmNvbQ==\r\n--x--\r\n"
    )
    text = mail_text(memoryview(stored))
    assert "Grüße\nAda <ada@example.com>, Ben <ben@example.com>\n" in text
    assert "From carl@example.com é" in text
    assert "dora@example.com" in text


def test_files_go_once_the_erasure_is_committed(
    ada_subject, monkeypatch, django_capture_on_commit_callbacks
):
    storage = InMemoryStorage()
    for name in ("hers.pdf", "theirs.pdf"):
        storage.save(name, ContentFile(b"x"))
    field = models.FileField(storage=storage)
    monkeypatch.setattr("privacy.datamap.erasure.concrete_fields", lambda model: [field])
    entry = replace(entries()["accounts.User"], files=lambda rows: ["hers.pdf"])
    with django_capture_on_commit_callbacks() as callbacks:
        _forget_files(entry, [])
    assert storage.exists("hers.pdf")
    for callback in callbacks:
        callback()
    assert [storage.exists(name) for name in ("hers.pdf", "theirs.pdf")] == [False, True]


def test_where_every_column_stays_no_row_is_touched(ada, ada_subject, django_assert_num_queries):
    entry = entries()["accounts.User"]
    columns = {name: replace(column, blank=UNCHANGED) for name, column in entry.columns.items()}
    staying = replace(entry, columns=columns)
    with django_assert_num_queries(0):
        blank_rows(staying, ada_subject, rows_of(entry, ada_subject))
