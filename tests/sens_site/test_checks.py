"""Each check of the composition fires on its fault, and on nothing else."""

import pytest
from django.core.checks import run_checks

from sens_site.checks import CACHING, ORIGIN

USER = "django.contrib.auth.middleware.AuthenticationMiddleware"


def ids(*, deploy: bool = False) -> list[str]:
    found = run_checks(include_deployment_checks=deploy)
    return [one.id for one in found if one.id and one.id.startswith("sens_site.")]


@pytest.fixture
def chain(settings):
    return list(settings.MIDDLEWARE)


@pytest.mark.django_db
def test_the_shipped_settings_pass():
    assert ids(deploy=True) == []


@pytest.mark.django_db
def test_e001_a_missing_origin_check_is_found(settings, chain):
    chain.remove(ORIGIN)
    settings.MIDDLEWARE = chain
    assert ids() == ["sens_site.E001"]


@pytest.mark.django_db
def test_e001_an_origin_check_behind_the_user_is_found(settings, chain):
    chain.remove(ORIGIN)
    chain.insert(chain.index(USER) + 1, ORIGIN)
    settings.MIDDLEWARE = chain
    assert ids() == ["sens_site.E001"]


@pytest.mark.django_db
def test_e002_a_middleware_outside_the_caching_one_is_found(settings, chain):
    chain.remove(CACHING)
    settings.MIDDLEWARE = [chain[0], CACHING, *chain[1:]]
    assert ids() == ["sens_site.E002"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("https", "host", "expected"),
    [
        (True, "www.example.com", []),
        (False, "127.0.0.1", []),
        (False, "www.example.com", ["sens_site.W001"]),
    ],
)
def test_w001_a_site_for_others_without_https_is_found(settings, https, host, expected):
    settings.SITE_IS_HTTPS, settings.SITE_HOST = https, host
    assert ids(deploy=True) == expected
