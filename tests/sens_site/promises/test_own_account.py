"""A copy that cannot be opened."""

import pytest

from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite
from sens_site.promises.own_account import ones_own_copy_is_whole_and_ones_own

pytestmark = pytest.mark.django_db


def test_a_copy_that_is_no_archive_is_found(monkeypatch):
    monkeypatch.setattr("accounts.views.stream_export", lambda subject: iter([b"Here you are."]))
    with pytest.raises(PromiseBroken, match=r"^the copy is no archive that can be opened$"):
        ones_own_copy_is_whole_and_ones_own(RunningSite())
