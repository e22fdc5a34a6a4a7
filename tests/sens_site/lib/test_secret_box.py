"""Secrets at rest: closed by the site's key, opened by its former ones."""

import pytest

from sens_site.lib.secret_box import NotOursError, close, open_closed


def test_what_is_closed_is_opened_and_says_nothing():
    closed = close("JBSWY3DPEHPK3PXP", purpose="a")
    assert open_closed(closed, purpose="a") == "JBSWY3DPEHPK3PXP"
    assert "JBSW" not in closed
    assert close("JBSWY3DPEHPK3PXP", purpose="a") != closed


def test_a_former_key_still_opens(settings):
    closed = close("secret", purpose="a")
    settings.SECRET_KEY, former = "n" * 50, settings.SECRET_KEY
    with pytest.raises(NotOursError):
        open_closed(closed, purpose="a")
    settings.SECRET_KEY_FALLBACKS = [former]
    assert open_closed(closed, purpose="a") == "secret"


def test_another_purpose_does_not_open():
    with pytest.raises(NotOursError):
        open_closed(close("secret", purpose="a"), purpose="b")
