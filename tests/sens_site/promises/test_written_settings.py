"""What stands in the module of the settings, and which words of it protect nothing any more."""

import pytest

from privacy.promises.registry import PromiseBroken
from sens_site.promises import written_settings

SOURCE = "sens_site.promises.written_settings.source"


def test_the_settings_say_what_is_known():
    assert written_settings.no_guard_is_told_otherwise()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("SECURE_REDIRECT_EXEMPT = ['^newsletter/']", "nobody knows: SECURE_REDIRECT_EXEMPT"),
        ("CSRF_TRUSTED_ORIGINS: list[str] = ['https://shop.example.com']", "nobody knows: CSRF_TR"),
        ("SESSION_COOKIE_SECURE = False", "say SESSION_COOKIE_SECURE = False"),
        ("SECURE_SSL_REDIRECT = SITE_IS_HTTPS and not DEBUG", "say SECURE_SSL_REDIRECT"),
        ("SILENCED_SYSTEM_CHECKS += ['sens_site.E005']", "say SILENCED_SYSTEM_CHECKS"),
        (
            "if SITE_IS_HTTPS:\n    pass\nelse:\n    CSRF_COOKIE_SECURE = False",
            "say CSRF_COOKIE_SEC",
        ),
        ("_prefix, _more = '', ''", "say _prefix"),
        ("for _one in ():\n    SESSION_COOKIE_SAMESITE = _one", "say SESSION_COOKIE_SAMESITE"),
    ],
)
def test_a_guard_that_is_told_otherwise_is_noticed(monkeypatch, code, said):
    whole = written_settings.source()
    monkeypatch.setattr(SOURCE, lambda: f"{whole}\n{code}\n")
    with pytest.raises(PromiseBroken, match=said):
        written_settings.no_guard_is_told_otherwise()


@pytest.mark.parametrize("code", ["COLOR: str", "def f():\n    return SESSION_ENGINE", "NAME = 1"])
def test_other_words_are_passed_over(monkeypatch, code):
    whole = written_settings.source()
    monkeypatch.setattr(SOURCE, lambda: f"{whole}\n{code}\n")
    assert written_settings.no_guard_is_told_otherwise()


def test_a_guard_that_is_told_nothing_is_noticed(monkeypatch):
    whole = written_settings.source()
    left_out = whole.replace("SESSION_COOKIE_SECURE = SITE_IS_HTTPS\n", "")
    monkeypatch.setattr(SOURCE, lambda: left_out)
    with pytest.raises(PromiseBroken, match="do not say"):
        written_settings.no_guard_is_told_otherwise()
