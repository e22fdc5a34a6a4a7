"""What the settings say on a server, and what of it protects less than it should."""

import pytest

from privacy.promises.registry import PromiseBroken
from sens_site.promises import settings_elsewhere

READ = "sens_site.promises.settings_elsewhere._read"


def with_more(monkeypatch, more, *, there_alone):
    plain = settings_elsewhere._read

    def read(environment):
        own = {} if there_alone and environment["DEBUG"] == "true" else more
        return plain(environment) | own

    monkeypatch.setattr(READ, read)


def test_the_settings_protect_as_they_stand():
    settings_elsewhere.settings_protect_everywhere()
    settings_elsewhere.logs_leave_out_the_same_everywhere()


@pytest.mark.parametrize("there_alone", [False, True])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_COOKIE_SECURE", False),
        ("SESSION_COOKIE_NAME", "session"),
        ("CSRF_COOKIE_HTTPONLY", False),
        ("SECURE_SSL_REDIRECT", None),
        ("SECURE_HSTS_SECONDS", 3600),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_SCHEME", "https")),
        ("SILENCED_SYSTEM_CHECKS", ["security.W003", "sens_site.E005"]),
        ("SECURE_REDIRECT_EXEMPT", ["^newsletter/"]),
        ("CORS_ALLOW_ALL_ORIGINS", True),
        ("SESSION_SAVE_EVERY_REQUEST", True),
    ],
)
def test_a_guard_that_is_told_otherwise_is_named(monkeypatch, name, value, there_alone):
    with_more(monkeypatch, {name: value}, there_alone=there_alone)
    with pytest.raises(PromiseBroken, match=name):
        settings_elsewhere.settings_protect_everywhere()


def test_what_is_another_thing_in_production_is_named_whatever_it_is(monkeypatch):
    with_more(monkeypatch, {"NEWSLETTER_TOPICS": 3}, there_alone=True)
    with pytest.raises(PromiseBroken, match="NEWSLETTER_TOPICS"):
        settings_elsewhere.settings_protect_everywhere()


def test_a_setting_that_is_no_guard_may_be_new(monkeypatch):
    with_more(monkeypatch, {"NEWSLETTER_TOPICS": 3}, there_alone=False)
    settings_elsewhere.settings_protect_everywhere()
