"""Who sends no header of the browser's own, but a session: an old browser, or another site."""

import pytest
from django.conf import settings

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
