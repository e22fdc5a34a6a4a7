"""A copy that cannot be opened, and a lock that nothing shuts."""

import pytest

from privacy.promises.registry import NotCarriedOut, PromiseBroken
from privacy.promises.running_site import RunningSite
from sens_site.promises.own_account import (
    a_browser_is_known_for_182_days,
    ones_own_copy_is_whole_and_ones_own,
)

pytestmark = pytest.mark.django_db


def test_a_copy_that_is_no_archive_is_found(monkeypatch):
    monkeypatch.setattr("accounts.views.stream_export", lambda subject: iter([b"Here you are."]))
    with pytest.raises(PromiseBroken, match=r"^the copy is no archive that can be opened$"):
        ones_own_copy_is_whole_and_ones_own(RunningSite())


def test_where_guesses_have_no_limit_a_known_browser_cannot_be_tried(settings):
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS, "login_failed": "9999/m/ip,9999/300s/key",
    }  # fmt: skip
    with pytest.raises(NotCarriedOut, match=r"^Guesses at a password have no limit"):
        a_browser_is_known_for_182_days(RunningSite())
