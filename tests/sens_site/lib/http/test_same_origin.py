"""Who sends no header of the browser's own, but a session: an old browser, or another site."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from tests.client import SAME_ORIGIN, stamp_in
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        ("https://testserver/accounts/profile/", 303),
        ("https://testserver.evil.example/", 403),
        ("http://testserver/", 403),
        ("https://[broken", 403),
        ("", 403),
    ],
)
def test_a_session_counts_only_from_a_page_of_ours(strict_client, person, referer, status):
    strict_client.force_login(person)
    assert settings.SESSION_COOKIE_NAME in strict_client.cookies
    response = strict_client.post("/accounts/logout/", headers={"referer": referer})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME_ORIGIN, 302),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({}, 403),
    ],
)
@pytest.mark.parametrize("token", ["", "x" * 64, "right"])
def test_in_the_admin_the_headers_decide_and_not_the_token(strict_client, headers, status, token):
    """ADR 2 says so: a form that outlived its log-in has no token any more, and is still taken."""
    strict_client.force_login(make_staff())
    page = "/admin/auth/group/add/"
    shown = strict_client.get(page)
    if token == "right":
        token = str(shown.context["csrf_token"])
        assert settings.CSRF_COOKIE_NAME in strict_client.cookies
    data = {"name": "Readers", "csrfmiddlewaretoken": token, **stamp_in(shown)}
    assert strict_client.post(page, data, headers=headers).status_code == status
    assert Group.objects.filter(name="Readers").exists() == (status == 302)
