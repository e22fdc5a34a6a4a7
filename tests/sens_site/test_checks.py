"""Each check of the composition finds what it is there to find, and nothing on this site."""

import pytest
from django.conf import settings as configured
from django.core.checks import run_checks

from sens_site.checks import CACHING, ORIGIN

USER = "django.contrib.auth.middleware.AuthenticationMiddleware"


def found(prefix: str = "sens_site.") -> list[str]:
    """Return the ids of our findings that do not need a database."""
    ids = [m.id or "" for m in run_checks(include_deployment_checks=True)]
    return [each for each in ids if each.startswith(prefix)]


def test_this_site_has_no_fault():
    assert found() == []


@pytest.mark.parametrize(
    "middleware",
    [
        [m for m in configured.MIDDLEWARE if m != ORIGIN],
        [*(m for m in configured.MIDDLEWARE if m != ORIGIN), ORIGIN],
    ],
    ids=["missing", "behind what knows the user"],
)
def test_e001_the_origin_check_stands_before_whatever_knows_the_user(settings, middleware):
    settings.MIDDLEWARE = middleware
    assert found() == ["sens_site.E001"]


def test_e002_caching_is_decided_outermost(settings):
    settings.MIDDLEWARE = [USER, *settings.MIDDLEWARE]
    assert "sens_site.E002" in found()
    assert settings.MIDDLEWARE[1] == CACHING


@pytest.mark.parametrize(
    ("host", "https", "ids"),
    [
        ("www.example.com", False, ["sens_site.W001"]),
        ("www.example.com", True, []),
        ("127.0.0.1", False, []),
        ("localhost", False, []),
    ],
)
def test_w001_a_site_that_others_reach_speaks_https(settings, host, https, ids):
    settings.SITE_HOST, settings.SITE_IS_HTTPS = host, https
    settings.SITE_ORIGIN = f"http{'s' if https else ''}://{host}"
    assert found() == ids
