"""Authenticator app and recovery codes, and the door of the admin."""

import re

import pyotp
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache

from accounts.models import Session
from tests.accounts.conftest import prove_again
from tests.client import SiteClient
from tests.factories.people import PASSWORD, make_person, make_staff

ON = "/accounts/2fa/app/on/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def offered(client):
    """The secret and the sealed field of the page that turns the app on."""
    page = client.get(ON).content.decode()
    (grouped,) = re.findall(r"<code>((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})</code>", page)
    secret = grouped.replace(" ", "")
    (sealed,) = re.findall(r'name="sealed" value="([^"]+)"', page)
    return secret, sealed


def first_step(client, name="grace"):
    return client.post("/accounts/login/", {"login": name, "password": PASSWORD})


@pytest.mark.django_db
def test_turning_on_logging_in_and_turning_off(proven, person, letters):
    secret, sealed = offered(proven)
    wrong = proven.post(ON, {"code": "000000", "sealed": sealed})
    assert wrong.status_code == 422
    assert f"secret={secret}" in wrong.content.decode()
    done = proven.post(ON, {"code": pyotp.TOTP(secret).now(), "sealed": sealed})
    assert (done.status_code, done.url) == (303, "/accounts/2fa/recovery-codes/")
    codes = re.findall(r"<code>(\d{8})</code>", proven.get(done.url).content.decode())
    assert len(codes) == 10

    other = SiteClient()
    assert first_step(other, "ada").url == "/accounts/2fa/authenticate/"
    assert other.get("/accounts/profile/").status_code == 302
    assert other.post("/accounts/2fa/authenticate/", {"code": "123456"}).status_code == 422
    cache.clear()
    inside = other.post("/accounts/2fa/authenticate/", {"code": pyotp.TOTP(secret).now()})
    assert (inside.status_code, inside.headers["Location"]) == (303, "/accounts/profile/")

    assert proven.post("/accounts/2fa/app/off/").url == "/accounts/2fa/"
    assert Authenticator.objects.count() == 0


@pytest.mark.django_db
def test_page_shows_a_picture_that_the_policy_of_the_page_allows(proven):
    response = proven.get(ON)
    page = response.content.decode()
    assert "data:" not in page
    assert page.count("<svg") == 2
    assert "data:" not in response.headers["Content-Security-Policy"]
    assert "style=" not in page
    assert not [k for k in Session.objects.get().get_decoded() if "totp" in k]


@pytest.mark.django_db
@pytest.mark.parametrize("sealed", ["", "x", "theirs", "late"])
def test_a_secret_that_is_not_from_this_page_is_not_taken(proven, person, sealed):
    with time_machine.travel("2026-11-22T12:00:00Z") as clock:
        prove_again(proven)
        secret, own = offered(proven)
        if sealed == "theirs":
            thief = SiteClient()
            make_person("eve")
            thief.force_login(person.__class__.objects.get(username="eve"))
            prove_again(thief)
            secret, sealed = offered(thief)
        if sealed == "late":
            clock.shift(901)
            prove_again(proven)
            sealed = own
        response = proven.post(ON, {"code": pyotp.TOTP(secret).now(), "sealed": sealed})
        assert response.status_code == 422
        assert "Scan the new picture" in response.content.decode()
        assert secret not in response.content.decode()
    assert Authenticator.objects.count() == 0


@pytest.mark.django_db
def test_a_code_lets_in_once(staff):
    with time_machine.travel("2026-11-22T12:00:10Z", tick=False):
        code = pyotp.TOTP(SECRET).now()
        results = []
        for _ in range(2):
            client = SiteClient()
            first_step(client)
            results.append(client.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert results == [303, 422]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed_after", "status"), [(29, 303), (59, 303), (60, 422), (-30, 303), (-31, 422)]
)
def test_a_code_that_was_read_just_before_it_changed_still_lets_in(staff, typed_after, status):
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        code = pyotp.TOTP(SECRET).now()
        clock.shift(typed_after)
        client = SiteClient()
        first_step(client)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == status


@pytest.mark.django_db
def test_a_recovery_code_lets_in_once(staff):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(staff).get_unused_codes()[0]
    results = []
    for _ in range(2):
        client = SiteClient()
        first_step(client)
        results.append(client.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert results == [303, 422]


@pytest.mark.django_db
def test_guessing_codes_is_stopped(staff):
    client = SiteClient()
    first_step(client)
    answers = [
        client.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}).status_code
        for n in range(7)
    ]
    assert answers == [422] * 5 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("body", [{}, {"credential": "{}"}, {"code": ""}])
def test_anything_but_a_code_gets_the_page_back(staff, body):
    client = SiteClient()
    first_step(client)
    response = client.post("/accounts/2fa/authenticate/", body)
    assert response.status_code == 422
    assert "Enter your code" in response.content.decode()


@pytest.mark.django_db
def test_new_recovery_codes_replace_the_old_ones(
    staff_client, staff, django_capture_on_commit_callbacks, letters
):
    prove_again(staff_client)
    url = "/accounts/2fa/recovery-codes/"
    staff_client.post(f"{url}new/")
    first = staff_client.get(f"{url}file/")
    assert (
        first.headers["Content-Disposition"]
        == f'attachment; filename="{settings.COMPANY.slug}-recovery-codes.txt"'
    )
    assert first.headers["Cache-Control"] == "private, no-store"
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_client.post(f"{url}new/").status_code == 303
    second = staff_client.get(f"{url}file/")
    head, codes = second.content.decode().split("\n\n")
    assert head == "Recovery codes of grace for https://testserver"
    assert len(codes.split()) == 10
    assert not set(first.content.split()[6:]) & set(second.content.split()[6:])
    assert letters.all()[-1] == ("grace@company.test", "You have new recovery codes")


@pytest.mark.django_db
def test_codes_and_switches_ask_for_the_password_first(staff_client):
    for path in (
        "app/on/",
        "app/off/",
        "recovery-codes/",
        "recovery-codes/new/",
        "recovery-codes/file/",
    ):
        response = staff_client.get(f"/accounts/2fa/{path}")
        assert response.status_code == 303
        assert "/reauthenticate/" in response.url
    assert staff_client.post("/accounts/2fa/app/off/").status_code == 303
    assert Authenticator.objects.count() == 1


@pytest.mark.django_db
def test_without_an_app_there_are_no_codes(proven):
    assert proven.get("/accounts/2fa/recovery-codes/").status_code == 404
    assert proven.get("/accounts/2fa/recovery-codes/file/").status_code == 404
    assert proven.post("/accounts/2fa/recovery-codes/new/").status_code == 422
    assert proven.post("/accounts/2fa/app/off/").status_code == 404


@pytest.mark.django_db
def test_address_can_change_with_a_second_factor(staff_client, letters):
    prove_again(staff_client)
    response = staff_client.post(
        "/accounts/email/", {"email": "new@company.test", "action_add": ""}
    )
    assert response.status_code == 303
    assert letters.all() == [("new@company.test", "Confirm your email address")]


@pytest.mark.django_db
def test_proving_by_code_instead_of_password(staff_client):
    response = staff_client.post(
        "/accounts/2fa/reauthenticate/?next=/accounts/email/", {"code": pyotp.TOTP(SECRET).now()}
    )
    assert (response.status_code, response.url) == (303, "/accounts/email/")
    assert staff_client.get("/accounts/email/").status_code == 200


# --- the admin ---


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/user/"])
def test_a_visitor_of_the_admin_gets_our_log_in_and_no_cookie(client, path):
    response = client.get(path, follow=False)
    assert response.status_code == 302
    assert response.cookies == {}
    followed = client.get(path, follow=True)
    assert followed.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2F")
    assert followed.cookies == {}
    assert (
        client.post("/admin/login/", {"username": "grace", "password": PASSWORD}).status_code == 302
    )
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db
def test_staff_get_in_with_password_and_code(staff):
    client = SiteClient()
    client.post("/accounts/login/?next=/admin/", {"login": "grace", "password": PASSWORD})
    inside = client.post("/accounts/2fa/authenticate/", {"code": pyotp.TOTP(SECRET).now()})
    assert inside.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/jsi18n/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_second_factor_get_no_page_of_the_admin(client, path, method):
    user = make_staff()
    Authenticator.objects.all().delete()
    client.force_login(user)
    response = getattr(client, method)(path)
    assert (response.status_code, response.url) == (302, "/accounts/2fa/")
    assert client.get("/accounts/profile/").status_code == 200


@pytest.mark.django_db
def test_only_staff_who_lack_a_second_factor_are_told_that_they_need_one(signed_in, staff_client):
    told = b"Staff need a second factor."
    assert told not in signed_in.get("/accounts/2fa/").content
    assert told not in staff_client.get("/accounts/2fa/").content
    Authenticator.objects.all().delete()
    assert told in staff_client.get("/accounts/2fa/").content


@pytest.mark.django_db
def test_the_second_factor_of_staff_can_be_left_to_the_settings(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    user = make_staff()
    Authenticator.objects.all().delete()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/"])
def test_a_customer_gets_no_page_of_the_admin(signed_in, path):
    assert signed_in.get(path, follow=True).status_code == 403


@pytest.mark.django_db
def test_staff_change_their_password_where_everybody_does(staff_client):
    assert staff_client.get("/admin/password_change/").url == "/accounts/password/change/"


@pytest.mark.django_db
def test_no_secret_of_a_second_factor_lies_open_in_the_database(staff_client, staff):
    assert staff_client.get("/admin/").status_code == 200
    stored = [repr(row) for row in Authenticator.objects.values_list("data", flat=True)]
    assert stored != []
    assert [row for row in stored if SECRET in row] == []
    assert (
        Authenticator.objects.get(user=staff, type="totp")
        .wrap()
        .validate_code(pyotp.TOTP(SECRET).now())
    )


@pytest.mark.django_db
def test_the_page_offers_a_link_for_phones(proven):
    page = proven.get(ON).content.decode()
    assert re.search(r'<a href="otpauth://totp/[^"]+secret=[A-Z2-7]{32}', page)
