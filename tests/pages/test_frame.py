"""The frame around every page: head, menu, breadcrumb, footer."""

import json
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from pages.navigation import MENU, TRAILS, walk
from tests.client import SiteClient
from tests.pages.reading import Page, read

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NODES = list(walk())
ORIGIN = settings.SITE_ORIGIN


@cache
def answer(path: str) -> Any:
    """Return what a visitor is shown, asked for once in each process."""
    return SiteClient().get(path)


@cache
def page_of(path: str) -> Page:
    return read(answer(path))


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.path)
def test_every_node_has_a_whole_page_and_sets_no_cookie(node):
    response, page = answer(node.path), page_of(node.path)
    assert page.status == 200
    assert list(response.cookies) == []
    assert len(page.find("h1")) == 1
    assert page.title.endswith(f" - {settings.COMPANY.short_name}")
    assert page.attributes("meta", name="description")[0]["content"] != ""
    assert [link["href"] for link in page.attributes("link", rel="canonical")] == [
        ORIGIN + node.path
    ]
    assert page.attributes("html") == [{"lang": "en"}]
    assert [skip["href"] for skip in page.attributes("a", **{"class": "skip"})] == ["#main"]
    assert [main["id"] for main in page.attributes("main")] == ["main"]


@pytest.mark.alike("node")
@pytest.mark.parametrize("node", NODES, ids=lambda node: node.path)
def test_breadcrumb_leads_from_home_to_the_page(node):
    page = page_of(node.path)
    trail = TRAILS[node.path]
    crumbs = page.find("a", inside="nav.crumbs")
    assert [crumb.attributes["href"] for crumb in crumbs] == [n.path for n in trail[:-1]]
    assert [crumb.text for crumb in crumbs] == [n.label for n in trail[:-1]]
    here = page.texts("span", inside="nav.crumbs", **{"aria-current": "page"})
    assert here == ([] if node.path == "/" else [node.label])
    lists = [
        data
        for data in map(json.loads, page.texts("script", type="application/ld+json"))
        if data["@type"] == "BreadcrumbList"
    ]
    names = [step["name"] for data in lists for step in data["itemListElement"]]
    assert names == ([] if node.path == "/" else [n.label for n in trail])


def test_breadcrumb_of_a_page_outside_the_tree_ends_with_its_title(client: Client):
    page = read(client.get("/privacy/v/1/"))
    assert page.texts("a", inside="nav.crumbs") == ["Home", "Privacy"]
    assert [page.texts("span", inside="nav.crumbs")[0] + f" - {settings.COMPANY.short_name}"] == [
        page.title
    ]


@pytest.mark.alike("node")
@pytest.mark.parametrize("node", NODES, ids=lambda node: node.path)
def test_menu_is_the_tree_and_marks_the_place(node):
    page = page_of(node.path)
    expected = []
    for top in MENU:
        expected += [top.path, *(child.path for child in top.children if child.in_menu)]
    links = page.attributes("a", inside="nav.menu")
    assert [link["href"] for link in links] == expected
    current = {link["href"]: link["aria-current"] for link in links if "aria-current" in link}
    trail = TRAILS[node.path]
    wanted = {n.path: "true" for n in trail[1:2] if n in MENU}
    wanted |= {node.path: "page"} if node.path in expected else {}
    assert current == wanted
    targets = [button["popovertarget"] for button in page.attributes("button", inside="nav.menu")]
    popovers = [e.attributes["id"] for e in page.elements if "popover" in e.attributes]
    assert sorted(set(targets)) == sorted(popovers)


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", [*(node.path for node in NODES), "/no-such-page/"])
def test_every_page_offers_register_login_privacy_and_legal(path):
    page = page_of(path)
    account = page.attributes("a", inside="header ul.account")
    assert [a["href"] for a in account] == ["/search/", "/accounts/register/", "/accounts/login/"]
    foot = {a["href"]: a.get("rel") for a in page.attributes("a", inside="footer")}
    assert foot == {
        "tel:+13036787500": None,
        "tel:+18667367872": None,
        "/contact/": None,
        "/contact/tech-support/": None,
        "/contact/sales-marine/": None,
        "/contact/sales-genset/": None,
        "/contact/order-status/": None,
        "/newsletter/": None,
        "/privacy/": "privacy-policy",
        "/legal/": "terms-of-service",
        "/cookies/": None,
        "/privacy/choices/": None,
        "/accessibility/": None,
        "/sitemap/": None,
    }


def test_footer_structured_data_and_contact_page_agree_on_the_company(client: Client):
    page = read(client.get("/contact/"))
    foot = page.texts("footer")[0]
    written = page.texts("main")[0]
    data = json.loads(page.texts("script", inside="head", type="application/ld+json")[0])
    assert data["@type"] == "Organization"
    assert data["name"] == settings.COMPANY.legal_name
    assert data["telephone"] == settings.COMPANY.phone
    assert data["faxNumber"] == settings.COMPANY.fax
    assert data["address"]["streetAddress"] == settings.COMPANY.street
    for fact in (
        settings.COMPANY.legal_name,
        settings.COMPANY.street,
        settings.COMPANY.phone,
        settings.COMPANY.toll_free,
        settings.COMPANY.fax,
    ):
        assert fact in foot
        assert fact in written
    assert f"© {settings.COMPANY.copyright_years}" in foot


def test_titles_and_descriptions_are_unique():
    pages = [page_of(node.path) for node in NODES]
    titles = [page.title for page in pages]
    about = [page.attributes("meta", name="description")[0]["content"] for page in pages]
    assert sorted(set(titles)) == sorted(titles)
    assert sorted(set(about)) == sorted(about)


def test_whoever_is_logged_in_finds_account_and_log_out(signed_in: Client):
    page = read(signed_in.get("/about/"))
    links = page.attributes("a", inside="header ul.account")
    assert [link["href"] for link in links] == [
        "/search/",
        "/accounts/logout/",
        "/accounts/",
    ]


def test_a_session_cookie_that_means_nothing_is_an_anonymous_visit(client: Client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    page = read(client.get("/about/"))
    links = page.attributes("a", inside="header ul.account")
    assert [link["href"] for link in links] == [
        "/search/",
        "/accounts/register/",
        "/accounts/login/",
    ]


def test_the_site_map_lists_the_whole_tree(client: Client):
    page = read(client.get("/sitemap/"))
    links = [a["href"] for a in page.attributes("a", inside="ul.tree")]
    assert links == [node.path for node in NODES[1:]]
