"""What programs read: the list of pages, and each public page as Markdown."""

from itertools import islice

import pytest
from django.conf import settings

from bench.filling import fill_documents
from downloads import search_sources
from downloads.models import Document, DocumentVersion
from news.models import NewsItem
from pages import services
from pages.models import Page
from privacy.policy import public_pages as policy_pages
from privacy.promises import public_pages as promise_pages
from sens_site import machine_views
from sens_site.lib.public_pages import PublicPage, public_pages
from tests.news.making import announce, moment

pytestmark = pytest.mark.django_db

ORIGIN = settings.SITE_ORIGIN


def test_each_public_page_has_a_markdown_form_that_points_to_it(client):
    pages = list(public_pages())
    assert {"/", "/about/", "/news/", "/privacy/", "/privacy/v/1/", "/legal/"} <= {
        page.path for page in pages
    }
    for page in pages:
        answer = client.get(machine_views.markdown_address(page.path))
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            200, "text/markdown; charset=utf-8",
        ), page.path  # fmt: skip
        assert answer.headers["Link"] == f'<{ORIGIN}{page.path}>; rel="canonical"'
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Cache-Control"] == "public,no-cache"
        assert answer.text.startswith("# ")
        assert "{promise:" not in answer.text


def test_a_page_reads_as_its_text(client):
    services.edit_page("/about/", title="Us", description="Who.", body="We **are**.\n")
    assert client.get("/about.md").text == "# Us\n\nWe **are**.\n"
    announce("manuals", at=moment("2026-03-04T10:00"), documents="A-1 Manual")
    assert client.get("/news/2026/manuals.md").text == (
        "# Manuals\n\nMarch 4, 2026, Products\n\nWords on manuals.\n\n"
        "## More about this\n\n- [Manual (A-1)](/downloads/A-1/)\n"
    )
    assert "[Manuals](/news/2026/manuals/), March 4, 2026: About manuals.\n" in (
        client.get("/news.md").text
    )
    assert client.get("/privacy/v/1.md").text.startswith("# Privacy policy\n\nVersion 1, last ")


def test_the_record_of_the_policy_and_its_promises_reads_as_text_too(client):
    history = client.get("/privacy/history.md").text
    assert history.startswith("# History of the privacy policy\n\n- [Version 3](/privacy/v/3/), ")
    assert "- [Version 1](/privacy/v/1/), last updated July 17, 2020, in effect" in history
    board = client.get("/privacy/promises.md").text
    assert board.startswith("# Promises\n\nWhat the privacy policy promises")
    assert "## How we use your information\n" in board
    assert "- [You are told when the website changes.](/privacy/p/54/) Not checked yet.\n" in board
    sections = [line for line in board.splitlines() if line[:3] == "## "]
    assert len(sections) == len(set(sections))


def test_a_site_without_policies_has_no_record(client, monkeypatch):
    for module in (policy_pages, promise_pages):
        monkeypatch.setattr(module, "PRIVACY", "none")
    monkeypatch.setattr(policy_pages, "TERMS", "none")
    text = client.get("/llms.txt").text
    assert "## Policies" not in text
    assert "## Promises" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere.md", "/accounts/login.md", "/accounts/register.md", "/contact/webmaster.md",
        "/privacy/choices.md", "/admin.md", "/cookies.md", "/.md", "/about/.md", "/a//b.md",
        "/index/.md",
    ],
)  # fmt: skip
def test_what_is_no_public_text_has_none(client, path):
    assert client.get(path).status_code == 404


def test_what_is_hidden_has_none(client):
    services.set_hidden(Page.objects.get(path="/about/history/"), hidden=True)
    NewsItem.objects.update(hidden=True)
    assert client.get("/about/history.md").status_code == 404
    assert "about/history" not in client.get("/llms.txt").text
    assert client.get("/news.md").text == "# News\n\nThere is no news yet.\n"


def test_the_list_names_each_page_by_its_markdown_form(client):
    announce("manuals", at=moment("2026-03-04T10:00"))
    answer = client.get("/llms.txt")
    lines = answer.text.splitlines()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == f"# {settings.COMPANY.legal_name}"
    assert [line for line in lines if line[:3] == "## "] == [
        "## Policies",
        "## Promises",
        "## News",
        "## Pages",
        "## Newsletter",
        "## Downloads",
    ]
    assert f"- [Manuals]({ORIGIN}/news/2026/manuals.md): About manuals." in lines
    assert sum(line.startswith("- [") for line in lines) == len(list(public_pages()))


def test_a_room_with_very_many_pages_is_listed_in_part(client, monkeypatch):
    monkeypatch.setattr(machine_views, "LISTED_OF_A_ROOM", 2)
    one = PublicPage("/x/", "X", "An X.", None, lambda: "# X\n")
    rooms = [("downloads", [one] * 3), ("empty", [])]
    monkeypatch.setattr(machine_views, "pages_by_room", lambda: rooms)
    assert client.get("/llms.txt").text == (
        f"# {settings.COMPANY.legal_name}\n\n> \n\n## Downloads\n\n"
        + f"- [X]({ORIGIN}/x.md): An X.\n" * 2
        + f"\n## Optional\n\n- [Site map]({ORIGIN}/sitemap.xml): "
        "every public page; above stand 2 of a kind at most.\n"
    )


def test_the_first_of_very_many_documents_and_one_of_them_are_read_without_the_others(
    client, django_assert_num_queries
):
    DocumentVersion.objects.all().delete()
    Document.objects.all().delete()
    fill_documents(250)
    numbers = [page.path.split("/")[2] for page in search_sources.pages()]
    assert numbers == [f"d-{number}" for number in range(249, -1, -1)]
    with django_assert_num_queries(2):
        assert len(list(islice(search_sources.pages(), 100))) == 100
    with django_assert_num_queries(1):
        (page,) = search_sources.pages_at("/downloads/d-7/")
    assert page.path == "/downloads/d-7/"
    assert list(search_sources.pages_at("/about/d-7/")) == []
    text = client.get("/llms.txt").text
    assert text.count(f"]({ORIGIN}/downloads/d-") == 100
    assert f"- [Site map]({ORIGIN}/sitemap.xml): every public page; above stand 100 of" in text


RULES = "/speculation-rules.json"


def test_unless_it_is_switched_on_no_browser_is_told_to_fetch_ahead(client):
    assert "Speculation-Rules" not in client.get("/").headers
    assert client.get(RULES).status_code == 404


def test_a_browser_may_fetch_public_pages_ahead_that_are_linked_to_without_a_query(
    client, settings
):
    settings.SPECULATION_RULES = True
    assert client.get("/").headers["Speculation-Rules"] == '"/speculation-rules.json"'
    answer = client.get(RULES)
    assert answer.headers["Content-Type"] == "application/speculationrules+json"
    assert "Speculation-Rules" not in answer.headers
    (rule,) = answer.json()["prefetch"]
    assert (rule["source"], rule["eagerness"]) == ("document", "moderate")
    public, no_query = rule["where"]["and"]
    assert no_query == {"not": {"href_matches": "/*\\?*"}}
    assert public["href_matches"] == [page.path for page in public_pages()]
    secret_or_form = ("/accounts/", "/admin/", "/contact/webmaster/", "/cookies/", "/newsletter/unsubscribe/")  # fmt: skip
    assert [path for path in public["href_matches"] if path.startswith(secret_or_form)] == []


def test_nobody_is_asked_to_fetch_ahead_who_has_asked_to_be_left_alone_or_has_a_page_of_their_own(
    client, settings
):
    settings.SPECULATION_RULES = True
    assert "Speculation-Rules" not in client.get("/", headers={"Sec-GPC": "1"}).headers
    assert "Speculation-Rules" not in client.get("/no-such-page/").headers
    client.cookies[settings.SESSION_COOKIE_NAME] = "somebody"
    assert "Speculation-Rules" not in client.get("/").headers


def test_a_page_that_is_fetched_ahead_sets_and_counts_nothing(client, settings):
    settings.SPECULATION_RULES = True
    plain = client.get("/about/")
    ahead = client.get("/about/", headers={"Sec-Purpose": "prefetch"})
    assert (ahead.content, ahead.headers, dict(ahead.cookies)) == (plain.content, plain.headers, {})
