"""Who is gone stays gone: what concerns another promise is no fault of this one."""

import pytest

from privacy.datamap.promises.purging import IDLE_ACCOUNTS
from privacy.promises.registry import NotCarriedOut
from privacy.promises.running_site import RunningSite
from sens_site.promises import restored_people

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_where_no_unused_account_ends_nothing_is_said_of_backups(monkeypatch):
    monkeypatch.setattr(restored_people, "carried_out", {IDLE_ACCOUNTS: None}.get)
    with pytest.raises(NotCarriedOut, match="No unused account ended"):
        restored_people.nobody_comes_back_with_a_backup(RunningSite())
