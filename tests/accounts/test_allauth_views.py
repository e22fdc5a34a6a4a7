"""Logging in, changing password and address: what the doors do differently from allauth."""

import base64
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import OperationalError, connection

from accounts.allauth_views import Door
from accounts.models import Session, User
from accounts.session_store import SessionStore
from tests.client import SiteClient, said_by
from tests.factories.people import PASSWORD, SHOWN, make_person

NEW = "a quite different secret 7"


def log_in(client, name="ada", password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": name, "password": password, **extra})


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ada", "ADA", " ada ", "ada@customer.test", "Ada@Customer.TEST"])
def test_username_or_address_in_any_case_logs_in(client, person, name):
    response = log_in(client, name)
    assert (response.status_code, response.url) == (303, "/accounts/profile/")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ada", "ada@customer.test", "nobody", "nobody@customer.test"])
def test_wrong_password_and_unknown_name_read_the_same(client, person, name):
    response = log_in(client, name, "wrong-one-entirely")
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "The username or email address and the password do not match"
    ]
    assert response.cookies == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    ["x" * 64, "84729104738210457731", "  spaces at both ends  ", "🔋🐎📎🪴🎻🧭🪁🧶🥁🛶🪺🦉"],
)
def test_password_is_taken_as_it_is(client, letters, password):
    client.post(
        "/accounts/register/",
        {"username": "ada", "email": "ada@customer.test", "password1": password, "shown": SHOWN},
    )
    client.post(letters.link("Confirm your email address"))
    assert log_in(client, password=password).url == "/accounts/profile/"


@pytest.mark.django_db
def test_five_wrong_passwords_close_the_account_for_a_while(client, person):
    with time_machine.travel("2026-11-22T12:00:00Z") as clock:
        for _ in range(5):
            assert log_in(client, password="wrong-one-entirely").status_code == 422
        closed = log_in(client)
        assert closed.status_code == 429
        assert closed.headers["Retry-After"] == "300"
        assert 'value="ada"' in closed.content.decode()
        clock.shift(301)
        assert log_in(client).status_code == 303


@pytest.mark.django_db
def test_too_many_from_one_client_get_the_form_back_and_others_none_of_it(client, person):
    for number in range(30):
        log_in(client, f"guess{number}", "wrong-one-entirely")
    refused = log_in(client, "guess31")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    assert 'value="guess31"' in refused.content.decode()
    assert "<title>Error: Log in" in refused.content.decode()
    other = client.post(
        "/accounts/login/", {"login": "ada", "password": PASSWORD}, REMOTE_ADDR="192.0.2.9"
    )
    assert other.status_code == 303


@pytest.mark.django_db
def test_failed_attempts_stay_counted_when_the_form_is_refused(client, person):
    log_in(client, password="wrong-one-entirely")
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM shared_cache")
        assert cursor.fetchone()[0] > 0


@pytest.mark.django_db
def test_registering_too_often_keeps_what_was_typed(client):
    for _ in range(20):
        client.post("/accounts/register/", {})
    response = client.post("/accounts/register/", {"username": "ada", "company": "Engines Ltd"})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert 'value="Engines Ltd"' in response.content.decode()


@pytest.mark.django_db
def test_cache_names_no_client_and_no_account(client, person):
    log_in(client, "ada@customer.test", "wrong-one-entirely")
    client.post("/accounts/password/reset/", {"email": "ada@customer.test"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM shared_cache")
        found = str([(key, base64.b64decode(value)) for key, value in cursor.fetchall()])
    assert len(found) > 50
    # Not the bare name: its three letters are digits of a hash as well.
    for word in ("127.0.0.1", "ada@", "customer", "allauth"):
        assert word not in found


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["email/", "2fa/app/on/", "2fa/recovery-codes/new/", "delete/"])
def test_the_password_is_not_asked_for_again_within_five_minutes_of_log_in(client, person, path):
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        log_in(client)
        clock.shift(299)
        assert "/reauthenticate/" not in client.get(f"/accounts/{path}").headers.get("Location", "")
        clock.shift(2)
        assert client.get(f"/accounts/{path}").url == (
            f"/accounts/reauthenticate/?{urlencode({'next': f'/accounts/{path}'})}"
        )


@pytest.mark.django_db
def test_who_has_neither_password_nor_second_factor_is_led_to_a_new_password(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.get("/accounts/delete/").url == "/accounts/password/reset/"


@pytest.mark.django_db
def test_new_session_key_at_log_in_and_when_proving_again(client, person, settings):
    client.get("/accounts/login/")
    client.cookies[settings.SESSION_COOKIE_NAME] = "fixed-by-somebody-else-0123456789"
    log_in(client)
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert first != "fixed-by-somebody-else-0123456789"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    second = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert second != first
    assert Session.objects.get().session_key == second


@pytest.mark.django_db
def test_logging_out_ends_the_session_on_the_server(signed_in, settings):
    key = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    assert signed_in.get("/accounts/logout/").status_code == 200
    assert Session.objects.count() == 1
    response = signed_in.post("/accounts/logout/")
    assert (response.status_code, said_by(response)) == (303, ("/accounts/login/", "logged-out"))
    assert response.headers["Clear-Site-Data"] == '"storage"'
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert Session.objects.count() == 0
    replayed = SiteClient()
    replayed.cookies[settings.SESSION_COOKIE_NAME] = key
    assert replayed.get("/accounts/profile/").status_code == 302


@pytest.mark.django_db
def test_new_password_asks_for_the_old_one_and_ends_other_sessions(signed_in, person, letters):
    other = SiteClient()
    log_in(other)
    refused = signed_in.post("/accounts/password/change/", {"oldpassword": "no", "password1": NEW})
    assert refused.status_code == 422
    assert Session.objects.count() == 2

    response = signed_in.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW}
    )
    assert response.status_code == 303
    assert said_by(response) == ("/accounts/profile/", "password-changed")
    assert Session.objects.count() == 1
    assert signed_in.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302
    assert letters.all() == [("ada@customer.test", "Your password has been changed")]
    assert log_in(SiteClient(), password=NEW).status_code == 303


@pytest.mark.django_db
def test_reset_link_works_once_for_an_hour_and_leaves_no_cookie(client, person, letters):
    log_in(SiteClient())
    with time_machine.travel("2026-11-22T12:00:00Z") as clock:
        sent = client.post("/accounts/password/reset/", {"email": "ADA@customer.test"})
        assert (sent.status_code, sent.url) == (303, "/accounts/password/reset/done/")
        link = letters.link("Set a new password")
        page = client.get(link)
        assert (page.status_code, page.cookies) == (200, {})
        assert client.post(link, {"password1": "short"}).status_code == 422
        done = client.post(link, {"password1": NEW})
        assert (done.status_code, said_by(done)) == (303, ("/accounts/login/", "password-saved"))
        assert Session.objects.count() == 0
        assert client.post(link, {"password1": "yet another secret 3"}).status_code == 404
        client.post("/accounts/password/reset/", {"email": "ada@customer.test"})
        late = letters.link("Set a new password")
        clock.shift(3601)
        assert client.get(late).status_code == 404
    person.refresh_from_db()
    assert person.check_password(NEW)


@pytest.mark.django_db
def test_reset_answers_the_same_for_an_unknown_address(client, person, letters):
    known = client.post("/accounts/password/reset/", {"email": "ada@customer.test"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@customer.test"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert letters.all() == [
        ("ada@customer.test", "Set a new password"),
        ("nobody@customer.test", "No account with this address"),
    ]


@pytest.mark.django_db
def test_reset_does_not_pass_the_second_factor(client, staff, letters):
    client.post("/accounts/password/reset/", {"email": staff.email})
    client.post(letters.link("Set a new password"), {"password1": NEW})
    assert client.get("/accounts/profile/").status_code == 302
    assert log_in(client, "grace", NEW).url == "/accounts/2fa/authenticate/"


@pytest.mark.django_db
def test_reset_link_of_another_account_ends_the_present_session(signed_in, letters):
    make_person("byron")
    signed_in.post("/accounts/password/reset/", {"email": "byron@customer.test"})
    link = letters.link("Set a new password")
    signed_in.get(link)
    assert signed_in.get("/accounts/profile/").status_code == 200
    signed_in.post(link, {"password1": NEW})
    assert signed_in.get("/accounts/profile/").status_code == 302


@pytest.mark.django_db
def test_address_changes_when_the_new_one_is_confirmed(proven, person, letters):
    response = proven.post("/accounts/email/", {"email": "New@customer.test", "action_add": ""})
    assert response.status_code == 303
    person.refresh_from_db()
    assert person.email == "ada@customer.test"
    link = letters.link("Confirm your email address")
    proven.get(link)
    person.refresh_from_db()
    assert person.email == "ada@customer.test"
    done = proven.post(link)
    assert (done.status_code, said_by(done)) == (303, ("/accounts/email/", "confirmed"))
    person.refresh_from_db()
    assert person.email == "new@customer.test"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [
        ("new@customer.test", True)
    ]
    assert letters.all() == [
        ("new@customer.test", "Confirm your email address"),
        ("ada@customer.test", "Your email address has been changed"),
    ]


@pytest.mark.django_db
def test_pending_address_can_be_called_off_and_asked_again(proven, letters):
    proven.post("/accounts/email/", {"email": "new@customer.test", "action_add": ""})
    cache.clear()  # the pause of three minutes between two mails to one address
    proven.post("/accounts/email/", {"email": "new@customer.test", "action_send": ""})
    assert [s for _, s in letters.all()] == ["Confirm your email address"] * 2
    proven.post("/accounts/email/", {"email": "new@customer.test", "action_remove": ""})
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ada@customer.test"]


@pytest.mark.django_db
def test_address_page_asks_for_the_password_and_keeps_no_request(signed_in):
    for method in ("get", "post"):
        response = getattr(signed_in, method)(
            "/accounts/email/", {"email": "new@customer.test", "action_add": ""}
        )
        assert response.status_code == 303
        assert response.url == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    session = Session.objects.get()
    assert "new@customer.test" not in str(session.get_decoded())
    assert "127.0.0.1" not in str(session.get_decoded())
    assert EmailAddress.objects.count() == 1


@pytest.mark.django_db
def test_address_of_another_account_cannot_be_confirmed(proven, person, letters):
    proven.post("/accounts/email/", {"email": "later@customer.test", "action_add": ""})
    link = letters.link("Confirm your email address")
    make_person("faster", email="later@customer.test", verified=False)
    page = proven.get(link)
    assert "Another account uses" in page.content.decode()
    assert proven.post(link).status_code == 409
    person.refresh_from_db()
    assert person.email == "ada@customer.test"


@pytest.mark.django_db
def test_confirming_for_somebody_else_ends_the_session_only_by_the_button(signed_in, letters):
    SiteClient().post(
        "/accounts/register/",
        {
            "username": "byron",
            "email": "byron@customer.test",
            "password1": PASSWORD,
            "shown": SHOWN,
        },
    )
    link = letters.link("Confirm your email address")
    signed_in.get(link)
    assert signed_in.get("/accounts/profile/").status_code == 200
    signed_in.post(link)
    assert signed_in.get("/accounts/profile/").status_code == 302


@pytest.mark.django_db
def test_confirmation_link_ends_after_a_day(client, letters):
    with time_machine.travel("2026-11-29T12:00:00Z") as clock:
        client.post(
            "/accounts/register/",
            {
                "username": "ada",
                "email": "ada@customer.test",
                "password1": PASSWORD,
                "shown": SHOWN,
            },
        )
        link = letters.link("Confirm your email address")
        clock.shift(24 * 3600 + 1)
        assert client.post(link).status_code == 404
    assert EmailAddress.objects.get().verified is False


@pytest.mark.django_db
def test_switched_off_account_is_told_so_and_its_sessions_are_dead(signed_in, person):
    User.objects.update(is_active=False)
    assert signed_in.get("/accounts/profile/").status_code == 302
    response = log_in(SiteClient())
    assert (response.status_code, response.url) == (303, "/accounts/inactive/")


@pytest.mark.django_db
@pytest.mark.parametrize(("box", "lasts"), [("on", 14 * 24 * 3600), ("", "")])
def test_cookie_lasts_as_long_as_was_asked(client, person, settings, box, lasts):
    response = log_in(client, remember=box)
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == lasts


@pytest.mark.django_db
def test_a_page_of_allauth_without_a_template_of_ours_looks_like_the_site(rf):
    from django.template.loader import render_to_string

    page = render_to_string("account/verified_email_required.html", request=rf.get("/"))
    assert "<footer" in page
    assert "csrf" not in page


@pytest.mark.django_db
def test_who_is_signed_in_stays_so_where_another_address_has_to_be_confirmed(rf, person):
    request = rf.get("/accounts/login/")
    request.user, request.session = person, SessionStore()
    request.session["_auth_user_id"] = str(person.pk)
    Door().forget_visitor(request)
    assert request.session["_auth_user_id"] == str(person.pk)


@pytest.mark.django_db
def test_a_page_that_finds_no_database_says_so(client, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("the database is gone")

    monkeypatch.setattr("allauth.account.views.EmailVerificationSentView.dispatch", gone)
    assert client.get("/accounts/confirm-email/").status_code == 503
