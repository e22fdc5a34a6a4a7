"""The search page."""

import re

import pytest
from django.core.cache import cache

from search import misses, views
from search.models import Miss
from sens_site.lib.http.local_limit import LocalLimit
from tests.architecture import html
from tests.search.conftest import entry

pytestmark = pytest.mark.django_db


def page(client, query=""):
    response = client.get(f"/search/{query}")
    assert response.status_code == 200
    return html.parse(response.content)


def words_on(client, query):
    return client.get(f"/search/{query}").content.decode()


def test_the_form_alone_is_the_same_for_everybody_and_kept(client):
    response = client.get("/search/")
    assert response.headers["Cache-Control"] == "public,no-cache"
    assert b'<meta name="robots" content="noindex">' in response.content
    assert b'type="application/opensearchdescription+xml"' in response.content


def test_a_page_with_what_was_searched_for_is_kept_by_nobody(client):
    response = client.get("/search/?q=battery")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert dict(response.cookies) == {}
    assert b"noindex" in response.content
    assert b'<link rel="canonical" href="https://testserver/search/">' in response.content


def test_what_was_typed_is_shown_escaped(client):
    text = words_on(client, "?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in text
    assert 'value="&quot;&gt;&lt;script&gt;' in text


def test_hits_are_shown_with_their_kind_and_filters(client, found_in_tests):
    found_in_tests(
        entry("a", "Charger <1>", "Float charger.", gated=True), entry("b", "Other", "charger")
    )
    text = words_on(client, "?q=charger")
    assert '<a href="/a/"><mark>Charger</mark> &lt;1&gt;</a>' in text
    assert "says more to people with an account" in text
    assert "Everything (2)" in text
    assert 'href="?q=charger&amp;in=tests"' in text
    chosen = " ".join(words_on(client, "?q=charger&in=tests").split())
    marked = r'<a href="[?]q=charger&amp;in=tests" ?aria-current="true" ?>Tests [(]2[)]</a>'
    assert re.search(marked, chosen)
    assert re.search(r'<a href="[?]q=charger" ?>Everything [(]2[)]</a>', chosen)


def test_a_kind_without_hits_says_so_and_an_unknown_one_is_all(client):
    assert "Nothing of this kind was found" in words_on(client, "?q=charger&in=policy")
    assert "</mark>" in words_on(client, "?q=genset+starting&in=nonsense")


def test_pages_of_hits_lead_to_each_other(client, found_in_tests):
    found_in_tests(*(entry(f"e{n}", f"Charger {n}", "x") for n in range(21)))
    first = words_on(client, "?q=charger")
    middle = words_on(client, "?q=charger&in=tests&page=2")
    last = words_on(client, "?q=charger&page=3")
    assert ("Page 1 of 3" in first, 'rel="prev"' in first, 'rel="next"' in first) == (
        True,
        False,
        True,
    )
    assert 'href="?q=charger&amp;in=tests&amp;page=1"' in middle
    assert 'href="?q=charger&amp;in=tests&amp;page=3"' in middle
    assert ('rel="prev"' in last, 'rel="next"' in last) == (True, False)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999", "\N{SUPERSCRIPT TWO}", ""])
def test_a_number_of_a_page_that_is_none_is_calm(client, number):
    assert "Page" not in page(client, f"?q=genset&page={number}").title


def test_mended_words_and_words_of_which_some_are_found_are_said(client, found_in_tests):
    found_in_tests(entry("a", "Charger", "voltage"), entry("b", "Drawing", "outline"))
    assert "<b>voltage</b>" in words_on(client, "?q=voltgae")
    assert "No page has all of these words" in words_on(client, "?q=voltage+outline")


def test_nothing_found_helps_on_and_is_counted_without_a_query(client, django_assert_num_queries):
    text = words_on(client, "?q=xqzzk")
    assert "Nothing was found" in text
    assert 'href="/sitemap/"' in text
    assert list(misses.WAITING._counts.values()) == [1]
    assert not Miss.objects.exists()


def test_what_was_found_asked_for_by_head_or_empty_is_not_counted(client):
    client.get("/search/?q=battery")
    client.head("/search/?q=xqzzk")
    client.get("/search/?q=")
    client.get("/search/?q=%20")
    assert misses.WAITING._counts == {}


def test_ten_thousand_characters_are_calm_and_it_is_said_what_was_asked(client):
    assert "searched for its first 200 characters" in words_on(client, "?q=" + "a" * 4000)
    for typed in ("%00", "%ff%fe", "%22" * 3000, "*" * 10_000, "%F0%9F%98%80" * 800):
        assert client.get(f"/search/?q={typed}").status_code == 200


def test_who_searches_without_a_pause_is_asked_to_wait(client, monkeypatch):
    monkeypatch.setattr(views, "SEARCHES", LocalLimit((1, 60)))
    assert client.get("/search/?q=battery").status_code == 200
    refused = client.get("/search/?q=battery")
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert b"Too many attempts" in refused.content
    assert client.get("/search/").status_code == 200


def test_nothing_of_a_search_lies_in_the_shared_cache(client):
    before = set(cache.get_many(["content-stamp"]))
    client.get("/search/?q=xqzzk")
    assert set(cache.get_many(["content-stamp"])) == before


def test_only_reading_is_allowed(client):
    assert (
        client.post("/search/?q=battery", headers={"sec-fetch-site": "same-origin"}).status_code
        == 405
    )


def test_browsers_learn_how_to_search_here(client):
    response = client.get("/opensearch.xml")
    assert (
        response.headers["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    )
    assert b'template="https://testserver/search/?q={searchTerms}"' in response.content
    names = re.findall(r"<(\w+)[ >]", response.content.decode())[1:]
    assert names == ["ShortName", "Description", "InputEncoding", "Image", "Url"]


def test_an_address_without_a_page_offers_near_ones(client):
    response = client.get("/produts/")
    assert response.status_code == 404
    assert b'<a href="/products/">Products</a>' in response.content
    assert b"Did you look for" not in client.get("/xqzzk/").content
    assert (
        b"Did you look for"
        not in client.post("/produts/", headers={"sec-fetch-site": "same-origin"}).content
    )
    assert b"<script" not in client.get("/%3Cscript%3Eproduts/").content
