"""Who is gone stays gone: what concerns another promise is no fault of this one."""

from functools import partial

import pytest

from privacy.datamap.promises.purging import IDLE_ACCOUNTS, done_by_the_job
from privacy.promises.registry import NotCarriedOut
from privacy.promises.running_site import RunningSite
from sens_site.promises import restored_people

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def all_but(left_out: str, name: str) -> None:
    """Run a job of the worker, unless it is the one that is left out."""
    if name != left_out:
        done_by_the_job(name)


def test_where_no_unused_account_ends_nothing_is_said_of_backups(monkeypatch):
    monkeypatch.setattr(restored_people, "done_by_the_job", partial(all_but, IDLE_ACCOUNTS))
    with pytest.raises(NotCarriedOut, match="No unused account ended"):
        restored_people.nobody_comes_back_with_a_backup(RunningSite())
