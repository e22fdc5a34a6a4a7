"""Addresses at which a page once was: they lead to the one that stands for it, and never in a circle."""

import pytest
from django.utils import timezone

from pages import services
from pages.models import Page, Redirect
from sens_site.lib.texts import Text
from tests.client import SiteClient
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

ADD = "/admin/pages/redirect/add/"


def leads(client: SiteClient, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.headers.get("Location", "")


def test_whoever_opens_an_old_address_is_led_to_the_page(client: SiteClient):
    history = Page.objects.get(path="/about/history/")
    services.change_address(history, "/about/how-it-began/")
    assert leads(client, "/about/history/") == (301, "/about/how-it-began/")
    assert client.get("/about/how-it-began/").status_code == 200
    assert client.post("/about/history/").status_code == 405
    assert client.get("/about/history/").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/login", "/login/"),
        ("/login/", "/accounts/login/"),
        ("/register/", "/accounts/register/"),
        ("/privacy-policy/", "/privacy/"),
        ("/product/", "/products/"),
    ],
)
def test_addresses_of_the_former_site_and_guesses_lead_to_what_stands_for_them(client, old, new):
    assert leads(client, old) == (301, new)


def test_staff_lead_an_old_address_elsewhere(client: SiteClient):
    services.save_redirect(Redirect(old="/product/", new="/about/"))
    assert leads(client, "/product/") == (301, "/about/")


def test_an_address_at_which_there_is_a_page_again_leads_nowhere_else(client: SiteClient):
    history = Page.objects.get(path="/about/history/")
    services.change_address(history, "/about/how-it-began/")
    services.create_page(
        path="/about/history/",
        parent=Page.objects.get(path="/about/"),
        text=Text("New", "New.", "New.\n"),
        publish_at=timezone.now(),
    )
    assert read(client.get("/about/history/")).texts("h1") == ["New"]


def test_an_old_address_of_a_page_that_is_hidden_is_not_found(client: SiteClient):
    history = Page.objects.get(path="/about/history/")
    services.change_address(history, "/about/how-it-began/")
    services.set_hidden(history, hidden=True)
    assert leads(client, "/about/history/") == (404, "")


def test_a_redirect_that_came_into_the_database_past_the_form_leads_in_no_circle(client):
    for old, new in (("/a/", "/b/"), ("/b/", "/a/")):
        services.save_redirect(Redirect(old=old, new=new))
    assert [leads(client, path) for path in ("/a/", "/b/")] == [(404, ""), (404, "")]


def test_staff_lead_addresses_of_an_older_site(client: SiteClient, staff_client: SiteClient):
    said = {"old": "/Products/Old.html", "new": "/products/"}
    assert staff_client.post(ADD, said).status_code == 302
    assert leads(client, "/Products/Old.html") == (301, "/products/")
    row = Redirect.objects.get()
    staff_client.fill_in(f"/admin/pages/redirect/{row.pk}/change/", {**said, "new": "/about/"})
    assert leads(client, "/Products/Old.html") == (301, "/about/")
    staff_client.post(f"/admin/pages/redirect/{row.pk}/delete/", {"post": "yes"})
    assert leads(client, "/Products/Old.html") == (404, "")


HOW = "Write the address without the name of the site, and without “?” or “#”."
THERE_IS = "There is a page at this address."
THERE_IS_NONE = "There is no page at this address."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("https://example.com/a/", "/about/", HOW),
        ("//example.com/a/", "/about/", HOW),
        ("/a/?b=c", "/about/", HOW),
        ("/a/#b", "/about/", HOW),
        ("/a b/", "/about/", HOW),
        ("/", "/about/", HOW),
        ("/about/", "/products/", THERE_IS),
        ("/admin/", "/products/", THERE_IS),
        ("/robots.txt", "/products/", THERE_IS),
        ("/new/", "/no-such-page/", THERE_IS_NONE),
        ("/new/", "/new/", THERE_IS_NONE),
        ("/new/", "/old/", THERE_IS_NONE),
        ("/new/", "https://example.com/", THERE_IS_NONE),
        ("/new/", "//example.com/", THERE_IS_NONE),
        ("/old/", "/products/", "Redirect with this Old address already exists."),
    ],
)
def test_what_leads_nowhere_or_in_a_circle_is_refused(
    staff_client: SiteClient, old: str, new: str, message: str
):
    services.save_redirect(Redirect(old="/old/", new="/about/"))
    answer = staff_client.post(ADD, {"old": old, "new": new})
    assert message in read(answer).texts("li", inside="ul.errorlist")
    assert Redirect.objects.count() == 1
