"""The stamp that tells every worker to forget its kept pages."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError

from sens_site.lib.cache import content_stamp
from sens_site.lib.cache.content_stamp import (
    content_changed,
    generation,
    read_stamp,
    renew_stamp,
    stamp_of_today,
)

pytestmark = pytest.mark.django_db


def test_a_change_renews_the_stamp_once_it_is_committed(django_capture_on_commit_callbacks):
    before = renew_stamp()
    with django_capture_on_commit_callbacks() as callbacks:
        content_changed()
    assert read_stamp() == before
    for callback in callbacks:
        callback()
    assert read_stamp() != before


def test_a_process_knows_of_its_own_change_at_once():
    before = generation()
    content_changed()
    assert generation() != before


def test_while_the_cache_cannot_be_read_the_last_stamp_stands(monkeypatch, caplog):
    stamp = renew_stamp()
    before = stamp_of_today()
    assert before.startswith(f"{stamp}|")

    def fail(key):
        raise DatabaseError("locked")

    monkeypatch.setattr(content_stamp, "cache", SimpleNamespace(get=fail))
    assert stamp_of_today() == before
    assert caplog.messages == ["The content stamp cannot be read; kept pages stay."]


def test_outside_of_a_request_it_gives_its_connection_back(monkeypatch):
    given_back = []
    outside = SimpleNamespace(
        in_atomic_block=False,
        close_if_unusable_or_obsolete=lambda: given_back.append(True),
    )
    monkeypatch.setattr(content_stamp, "connection", outside)
    stamp_of_today()
    assert given_back == [True]
