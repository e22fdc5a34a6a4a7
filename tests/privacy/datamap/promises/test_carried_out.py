"""A play in which the worker comes by judges no job: not when it comes, nor whether there is one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from outbox import jobs
from privacy.datamap.promises.purging import PURGE, carried_out, done_by_the_job
from privacy.promises.registry import PromiseBroken

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def purged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A purge that waits for ever, and what it has done."""
    done: list[str] = []
    jobs.registered_jobs()
    run: Callable[[], Any] = lambda: done.append("purged")  # noqa: E731 - one line says it
    never = replace(jobs._registry[PURGE], run=run, when=lambda: False)
    monkeypatch.setitem(jobs._registry, PURGE, never)
    return done


def test_a_job_that_waits_for_ever_does_its_work_where_only_its_work_matters(purged):
    carried_out(PURGE)
    assert purged == ["purged"]


def test_it_is_said_where_the_job_itself_is_promised(purged):
    with pytest.raises(PromiseBroken, match="waits for something else"):
        done_by_the_job(PURGE)
    assert purged == []


def test_a_job_that_is_gone_does_nothing(purged, monkeypatch):
    monkeypatch.delitem(jobs._registry, PURGE)
    carried_out(PURGE)
    assert purged == []
