"""A request waits for SQLite's lock once; what is no lock costs it nothing."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from sens_site.lib.http import database_wait
from sens_site.lib.http.database_wait import Allowance, DatabaseWaitMiddleware


class Database:
    def execute(self, sql: str) -> None:
        self.told = sql


@pytest.mark.parametrize(("message", "left"), [("database is locked", 0.0), ("disk full", 3.0)])
def test_only_a_lock_uses_the_wait_up(message, left):
    def fail(*args: Any) -> None:
        raise OperationalError(message)

    allowance = Allowance(3.0)
    context = {"connection": SimpleNamespace(connection=Database())}
    with pytest.raises(OperationalError):
        allowance(fail, "SELECT 1", (), False, context)
    assert allowance.left == pytest.approx(left, abs=0.2)


def test_another_database_waits_by_its_own_rules(monkeypatch):
    monkeypatch.setattr(database_wait, "connection", SimpleNamespace(vendor="postgresql"))
    answer = HttpResponse("read")
    assert DatabaseWaitMiddleware(lambda request: answer)(RequestFactory().post("/")) is answer
