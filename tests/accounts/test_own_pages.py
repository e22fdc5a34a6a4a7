"""The first page of an account, and the navigation beside all of its pages."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import RequestFactory

from accounts.templatetags.account_tags import own_pages, own_place
from tests.client import SiteClient

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
    with django_assert_num_queries(3):
        signed_in.get("/accounts/")
