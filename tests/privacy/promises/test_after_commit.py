"""What waits for a commit is carried out in a rehearsal, but for what no rollback brings back."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import connection, transaction

from privacy.datamap.registry import stores
from privacy.datamap.subjects import Subject
from privacy.promises.after_commit import LEFT_OUT, as_if_committed, is_left_out, name_of
from sens_site.lib.cache.content_stamp import renew_stamp

pytestmark = pytest.mark.django_db


def test_what_is_left_until_the_commit_is_done_and_what_stood_there_stays():
    done: list[str] = []
    with transaction.atomic():
        transaction.on_commit(partial(done.append, "earlier"))
        with as_if_committed():
            transaction.on_commit(partial(done.append, "now"))
            transaction.on_commit(lambda: transaction.on_commit(partial(done.append, "then")))
            transaction.on_commit(renew_stamp, robust=True)
            assert done == []
        assert done == ["now", "then"]
        left: list[Any] = list(connection.run_on_commit)
        assert [name_of(one[1]) in LEFT_OUT for one in left] == [False, True]
        transaction.set_rollback(True)


def test_what_fails_is_told_unless_it_is_robust():
    def fail():
        raise LookupError

    with as_if_committed():
        transaction.on_commit(fail, robust=True)
    with pytest.raises(LookupError), as_if_committed():
        transaction.on_commit(fail)


def test_no_storage_and_no_store_loses_what_a_rollback_does_not_bring_back(monkeypatch):
    files = InMemoryStorage()  # as a room may have one that lies on another machine
    asked: list[Subject] = []

    def erase(subject: Subject) -> int:
        asked.append(subject)
        return 1

    theirs = replace(next(iter(stores().values())), name="another firm’s customers", erase=erase)
    monkeypatch.setitem(stores(), theirs.name, theirs)
    with as_if_committed():
        name = files.save("letter.txt", ContentFile("words"))
        transaction.on_commit(partial(files.delete, name))
        transaction.on_commit(partial(erase, Subject()))
    assert files.exists(name)
    assert asked == []
    assert all(is_left_out(one[1]) for one in connection.run_on_commit)


def test_each_is_called_by_where_it_is_written():
    class Act:
        def __call__(self):
            """Do nothing."""

    assert name_of(partial(partial(renew_stamp))) in LEFT_OUT
    assert name_of(Act()).endswith("Act")
