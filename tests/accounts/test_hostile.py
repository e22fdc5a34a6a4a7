"""Bad input: a clear page with a 4xx, nothing stored, never a 500."""

import pytest

from accounts.models import User
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import PASSWORD, SHOWN

FORMS = {
    "/accounts/login/": ("login", "password"),
    "/accounts/register/": ("username", "email", "password1", *User.PROFILE, "marketing", "shown"),
    "/accounts/password/reset/": ("email",),
}
PERSONAL = {
    "/accounts/profile/": User.PROFILE,
    "/accounts/password/change/": ("oldpassword", "password1"),
    "/accounts/email/": ("email", "action_add"),
    "/accounts/reauthenticate/": ("password",),
    "/accounts/delete/": ("username",),
    "/accounts/2fa/app/on/": ("code", "sealed"),
    "/accounts/sessions/end/": ("session",),
}
VALUES = {
    "nothing": "",
    "blank": "   ",
    "long": "x" * 2_000,
    "nul": "a\x00b",
    "controls": "a\r\nBcc: all@evil.test\x07\x1b",
    "lone surrogate": b"\xed\xa0\x80",
    "invalid utf-8": b"\xff\xfe\xc3(",
    "markup": "<script>alert(1)</script>",
    "template": "{{ settings.SECRET_KEY }}{% now 'Y' %}",
    "sql": "' OR 1=1 --",
    "wide": "\u202e\u200b\U0001f4a9" * 50,
    "quoted": "=?utf-8?q?x?=",
}


def encoded(names, value):
    raw = value if isinstance(value, bytes) else value.encode()
    escaped = b"".join(b"%%%02X" % byte for byte in raw)
    return b"&".join(name.encode() + b"=" + escaped for name in names)


def send(client, path, body):
    return client.generic("POST", path, body, content_type="application/x-www-form-urlencoded")


@pytest.mark.alike("value")
@pytest.mark.django_db
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("path", FORMS)
def test_a_visitor_cannot_break_a_form(client, path, value):
    response = send(client, path, encoded(FORMS[path], value))
    assert response.status_code == 422
    assert User.objects.exclude(username="").count() == 0
    assert OutboxMail.objects.count() == 0
    assert b"<script>alert" not in response.content
    assert response.cookies == {}


@pytest.mark.django_db
def test_what_is_too_long_for_a_name_or_a_password_is_refused_with_its_limit(client):
    long = {"login": "x" * 255, "password": "x" * 257}
    page = client.post("/accounts/login/", long).content.decode()
    assert "Username or email address must be 254 characters or fewer" in page
    assert "Password must be 256 characters or fewer" in page
    allowed = {"login": "x" * 254, "password": "x" * 256}
    assert "or fewer" not in client.post("/accounts/login/", allowed).content.decode()


@pytest.mark.alike("value")
@pytest.mark.django_db
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("path", PERSONAL)
def test_a_person_cannot_break_a_form(proven, person, path, value):
    response = send(proven, path, encoded(PERSONAL[path], value))
    assert response.status_code in (303, 404, 422)
    if path != "/accounts/profile/":
        assert response.status_code in (404, 422)
    assert b"<script>alert" not in response.content
    person.refresh_from_db()
    assert person.email == "ada@customer.test"
    assert person.check_password(PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*FORMS, *PERSONAL])
def test_method_that_makes_no_sense(proven, path):
    for method in ("PUT", "PATCH", "DELETE"):
        assert proven.generic(method, path, b"x=1").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/accounts/confirm-email/x/",
        "/accounts/confirm-email/" + "x" * 5000 + "/",
        "/accounts/confirm-email/MQ:1xV8A8:-djzE7mPAwWbsx/",
        "/accounts/confirm-email/é:ü:ß/",
        "/accounts/password/reset/key/1-x/",
        "/accounts/password/reset/key/zzzzzzzzzzzzz-abc/",
        "/accounts/password/reset/key/" + "z" * 500 + "-abc/",
        "/accounts/password/reset/key/1-set-password/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_made_up_links_say_that_they_do_not_work(client, person, path, method):
    response = getattr(client, method)(
        path, {"password1": "another-good-secret-9"} if method == "post" else {}
    )
    assert response.status_code == 404
    assert "This link no longer works" in response.content.decode()
    assert response.cookies == {}
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["x", "a" * 32, "\x00", "é" * 20, "x" * 5000, "'; DROP TABLE x"])
def test_forged_session_cookie_is_a_visitor(cookie, settings):
    client = SiteClient()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    response = client.get("/accounts/profile/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/accounts/profile/"


@pytest.mark.django_db
def test_unknown_fields_give_no_rights(client):
    client.post(
        "/accounts/register/",
        {
            "username": "ada",
            "email": "ada@customer.test",
            "password1": PASSWORD,
            "shown": SHOWN,
            "is_staff": "on",
            "is_superuser": "1",
            "is_active": "0",
        },
    )
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


@pytest.mark.django_db
def test_a_password_that_is_a_book_is_refused(client):
    response = client.post(
        "/accounts/register/",
        {
            "username": "ada",
            "email": "ada@customer.test",
            "password1": "word " * 60,
            "shown": SHOWN,
        },
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["password1"]
