"""Content pages: what visitors see, and how staff change it."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from pages import services, tree
from pages.models import Page, PageRevision
from pages.navigation import HOME, TRAILS, walk
from pages.page_texts import file_of, shipped_text
from privacy.promises.models import State
from sens_site.lib.texts import Text
from tests.factories.promises import make_result
from tests.news.making import announce
from tests.pages.reading import read, structured

pytestmark = pytest.mark.django_db

CONTENT = [node for node in walk() if node.content]
NEW = {
    "title": "Marine power",
    "description": "About the sea.",
    "body": "First words.\n\n## Salt\n\nMore words.\n",
}


@pytest.mark.parametrize("node", CONTENT, ids=lambda node: node.path)
def test_shows_the_shipped_text_with_links_to_the_children(client: Client, node):
    page = read(client.get(node.path))
    text = shipped_text(node.path)
    assert page.status == 200
    assert page.texts("h1") == [text.title]
    assert page.title == f"{text.title} - {settings.COMPANY.short_name}"
    assert page.attributes("meta", name="description")[0]["content"] == text.description
    cards = [link["href"] for link in page.attributes("a", inside="main ul.cards")]
    bands = [one for one in HOME.children if one.on_home]
    children = [child for one in bands for child in one.children] if node is HOME else node.children
    assert cards == [child.path for child in children]
    drawn = [use["href"].partition("#")[2] for use in page.attributes("use", inside="main")]
    own = ["curve"] if node is HOME else [node.drawing]
    assert drawn == [one for one in (*own, *(child.drawing for child in children)) if one]


def test_the_home_page_says_how_the_promises_stand_and_what_is_new(client: Client):
    make_result("account.delete", State.BROKEN)
    announce("breakers")
    page = read(client.get("/"))
    assert "1 not kept" in page.texts("li", inside="ul.stats")
    assert page.texts("h3", inside="ul.rows")[0] == "Breakers"
    assert len(page.texts("h3", inside="ul.rows")) == 2


def test_a_company_that_shows_nothing_there_has_its_menu_on_the_home_page(client, monkeypatch):
    bare = replace(HOME, children=tuple(replace(one, on_home="") for one in HOME.children))
    monkeypatch.setattr(tree, "HOME", bare)
    monkeypatch.setattr(tree, "walk", lambda: walk(bare))
    page = read(client.get("/"))
    cards = [link["href"] for link in page.attributes("a", inside="main ul.cards")]
    assert cards == [one.path for one in bare.children if one.in_menu]


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("/about/history/", "/about/history/"),
        ("/about/", None),
        ("/applications/marine/", None),
        ("/accessibility/", None),
    ],
)
def test_the_pages_of_a_part_stand_beside_those_that_nothing_else_stands_beside(
    client: Client, path, beside
):
    page = read(client.get(path))
    links = page.attributes("a", inside="nav.side")
    here = [link["href"] for link in links if link.get("aria-current") == "page"]
    assert here == ([beside] if beside else [])
    about = ["/about/", *(one.path for one in TRAILS["/about/"][-1].children)]
    assert [link["href"] for link in links] == (about if beside else [])


def test_every_page_has_a_text_and_every_text_a_page():
    files = (settings.CONTENT_DIR / "pages").iterdir()
    assert {file_of(node.path).name for node in CONTENT} == {file.name for file in files}


def test_an_edit_shows_at_once_and_a_reset_takes_it_back(client: Client):
    services.edit_page("/applications/marine/", **NEW)
    edited = read(client.get("/applications/marine/"))
    assert edited.texts("h1") == ["Marine power"]
    assert edited.title == f"Marine power - {settings.COMPANY.short_name}"
    assert [h["id"] for h in edited.attributes("h2", inside="article")] == ["salt"]
    parent = client.get("/applications/").content.decode()
    assert "About the sea." in parent

    services.reset_page("/applications/marine/")
    text = shipped_text("/applications/marine/")
    assert read(client.get("/applications/marine/")).texts("h1") == [text.title]
    assert list(Page.objects.edited()) == []


def test_the_shipped_text_typed_again_is_a_reset():
    services.edit_page("/about/", **NEW)
    text = shipped_text("/about/")
    page = services.edit_page(
        "/about/",
        title=text.title,
        description=text.description,
        body=text.body.replace("\n", "\r\n"),
    )
    assert page.is_edited is False
    assert page.text == text


def test_loading_gives_each_page_its_row_once():
    Page.objects.all().delete()
    assert services.load_pages() == len(CONTENT)
    assert services.load_pages() == 0
    assert set(Page.objects.values_list("path", flat=True)) == {n.path for n in CONTENT}


def test_loading_keeps_what_staff_have_written():
    services.edit_page("/about/", **NEW)
    services.load_pages()
    assert Page.objects.get(path="/about/").text == Text(**NEW)


def test_half_a_text_is_refused_by_the_database():
    services.load_pages()
    page = Page.objects.get(path="/about/")
    with pytest.raises(IntegrityError), transaction.atomic():
        PageRevision.objects.create(page=page, body="Only this.")


def test_a_page_with_children_takes_one_query(client: Client, django_assert_num_queries):
    client.get("/support/")
    with django_assert_num_queries(1):
        client.get("/support/")


@pytest.mark.parametrize(
    ("body", "never"),
    [
        ("<script>alert(1)</script>", "<script>alert"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        ("[x](data:text/html,x)", 'href="data'),
        ('<img src="https://evil.example/x.png" onerror=alert(1)>', "<img"),
        ("![x](https://evil.example/x.png)", "<img"),
        ('<a href="/" onclick="x()">x</a>', '<a href="/" onclick'),
    ],
)
def test_script_in_a_text_is_inert(client: Client, body, never):
    services.edit_page("/about/", **{**NEW, "body": body, "title": "<script>t</script>"})
    html = client.get("/about/").content.decode()
    assert never not in html
    assert "<script>t</script>" not in html
    assert html.count("<script") == html.count('<script type="application/ld+json">')


def test_addresses_of_the_tree_are_unique():
    paths = [node.path for node in walk()]
    assert len(paths) == len(set(paths)) == len(TRAILS)


def test_machines_are_told_of_questions_where_a_page_is_one_of_them(client: Client):
    told = structured(client.get("/support/battery-charging-faq/"))["FAQPage"]["mainEntity"]
    assert [one["name"] for one in told][:2] == [
        "What is a float charge?", "What is the difference between boost and equalize?",
    ]  # fmt: skip
    assert "Not answered here?" not in told[-1]["acceptedAnswer"]["text"]
    assert "FAQPage" not in structured(client.get("/about/"))


def test_machines_are_told_on_the_home_page_how_the_site_is_searched(client: Client):
    told = structured(client.get("/"))["WebSite"]
    origin = settings.SITE_ORIGIN
    assert told["url"] == f"{origin}/"
    assert told["potentialAction"]["target"] == f"{origin}/search/?q={{search_term_string}}"
    assert "WebSite" not in structured(client.get("/about/"))
