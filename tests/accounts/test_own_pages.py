"""The first page of an account, and the navigation beside all of its pages."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import RequestFactory

from accounts.templatetags.account_tags import own_pages, own_place
from tests.client import SiteClient
from tests.factories.people import as_if_proven

pytestmark = pytest.mark.django_db
PLACE = re.compile(r'<a href="([^"]+)" ?aria-current="(\w+)" ?>([^<]+)</a>')


def words(response):
    return " ".join(response.content.decode().split())


def marked(client, path):
    nav = words(client.get(path)).partition('aria-label="Your account"')[2].partition("</nav>")[0]
    return PLACE.findall(nav)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/accounts/", ("/accounts/", "page", "Overview")),
        ("/accounts/profile/", ("/accounts/profile/", "page", "Profile")),
        ("/newsletter/yours/", ("/newsletter/yours/", "page", "Newsletter")),
        ("/accounts/passkey/add/", ("/accounts/passkey/", "true", "Passkeys")),
        ("/accounts/logout/", ("/accounts/", "true", "Overview")),
    ],
)
def test_the_navigation_marks_where_somebody_is_or_the_page_above_it(proven, path, expected):
    assert marked(proven, path) == [expected]


def test_a_page_outside_of_all_own_pages_is_marked_by_none():
    groups = own_pages(own_place({"request": RequestFactory().get("/elsewhere/")}))
    assert [page for group in groups for page in group["pages"] if page["current"]] == []


def test_the_overview_says_whether_the_second_factor_is_on(signed_in, person):
    off = words(signed_in.get("/accounts/"))
    assert (
        "Turn on a second factor" in off,
        '<span class="state unchecked">Off.</span>' in off,
    ) == (
        True,
        True,
    )
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    on = words(signed_in.get("/accounts/"))
    assert ("Turn on" in on, '<span class="state kept">On.</span>' in on) == (False, True)


def test_the_overview_offers_to_log_out_elsewhere_where_there_is_an_elsewhere(signed_in, person):
    everywhere_else = "Log out on all other devices"
    alone = words(signed_in.get("/accounts/"))
    assert (everywhere_else in alone, alone.count("This device")) == (False, 1)
    SiteClient().force_login(person)
    assert everywhere_else in words(signed_in.get("/accounts/"))


def test_the_overview_asks_the_database_little(signed_in, menu_read, django_assert_num_queries):
    signed_in.get("/accounts/")
    with django_assert_num_queries(2):
        signed_in.get("/accounts/")


def test_the_page_of_the_address_asks_for_the_addresses_once(
    proven, person, menu_read, django_assert_num_queries
):
    EmailAddress.objects.create(user=person, email="older@home.test", verified=False)
    EmailAddress.objects.create(user=person, email="newer@home.test", verified=False)
    proven.get("/accounts/email/")
    with django_assert_num_queries(2):
        page = words(proven.get("/accounts/email/"))
    assert f"Your email address is <strong>{person.email}</strong>." in page
    assert ("newer@home.test" in page, "older@home.test" in page) == (True, False)


def test_an_account_whose_address_has_no_row_gets_one_as_before(proven, person):
    EmailAddress.objects.filter(user=person).delete()
    assert proven.get("/accounts/email/").status_code == 200
    assert EmailAddress.objects.get(user=person).email == person.email


def test_nothing_more_is_asked_to_see_that_somebody_has_just_proven_who_it_is(
    proven, menu_read, django_assert_num_queries
):
    proven.get("/accounts/data/ask/")
    with django_assert_num_queries(1):
        assert proven.get("/accounts/data/ask/").status_code == 200


@pytest.mark.parametrize("proof", ["none", "another way", "too long ago", "another person"])
def test_what_is_no_fresh_proof_asks_for_the_password(signed_in, person, proof):
    as_if_proven(signed_in, person)
    session = signed_in.session
    (one,) = session["account_authentication_methods"]
    if proof == "none":
        one["reauthenticated"] = False
    if proof == "another way":
        one["method"] = "socialaccount"
    if proof == "too long ago":
        one["at"] -= 301
    if proof == "another person":
        session["account_authentication_methods_user"] = "0"
    session["account_authentication_methods"] = [one]
    session.save()
    response = signed_in.get("/accounts/data/ask/")
    assert (response.status_code, response.headers["Location"]) == (
        303,
        "/accounts/reauthenticate/?next=%2Faccounts%2Fdata%2Fask%2F",
    )


def test_who_has_no_password_is_asked_by_what_allauth_finds(proven, person):
    person.set_unusable_password()
    person.save()
    proven.force_login(person)
    as_if_proven(proven, person)
    response = proven.get("/accounts/data/ask/")
    assert (response.status_code, response.headers["Location"]) == (
        303,
        "/accounts/password/reset/",
    )
