"""How a check reads a page."""

import pytest

from privacy.promises.page_reader import foreign, permitted_origins, read
from privacy.promises.witness.links import forms_of

PAGE = """<!DOCTYPE html><html><head>
<link rel="stylesheet" href="/static/site.css"><link rel="canonical" href="https://other.test/">
<script type="application/ld+json">{"@type": "WebPage", "name": "A"}</script>
<script src="https://other.test/a.js" defer></script></head>
<body><nav><ol><li><a href="/">Home</a><li><span>Here</span></ol></nav>
<main id=main><p>Two <b>words</b>
and a <a href=/privacy/>link</a>.<p><img src="/a.png" width="1" height="1" alt="">
<form method="post" action="/send/"><label for="a">Name</label><input id="a" name="name"></form>
<form action="/search/"><input name="q"></form>
<object data="/film.swf"></object></main></body></html>"""


@pytest.fixture
def page():
    return read(PAGE)


def test_links_loads_and_scripts(page):
    assert page.links == ["/", "/privacy/"]
    assert page.loaded == ["/static/site.css", "https://other.test/a.js", "/a.png", "/film.swf"]
    assert [script.get("src") for script in page.scripts] == ["https://other.test/a.js"]
    assert page.structured == [{"@type": "WebPage", "name": "A"}]


def test_hidden_images_and_posted_forms(page):
    assert [one.get("src") for one in page.hidden_images] == ["/a.png"]
    assert [form.get("action") for form in page.forms()] == ["/send/"]
    assert page.forms("/other/") == []


def test_words_and_places(page):
    main = page.by_id("main")
    assert main.tag == "main"
    assert main.first("p").text.startswith("Two words and a link .")
    assert page.first("label").within("form").get("action") == "/send/"
    assert page.by_id("nowhere") is None


def test_what_is_foreign(settings):
    settings.SITE_ORIGIN = "https://here.test"
    addresses = [
        "/a", "#b", "mailto:a@b.test", "https://here.test", "https://here.test/a",
        "https://here.test.evil.test/", "//other.test/a", "http://other.test/", "HTTPS://other.test",
    ]  # fmt: skip
    assert foreign(addresses) == addresses[5:]


def test_origins_that_a_policy_permits():
    policy = "default-src 'none'; img-src 'self' https://b.test https://a.test; frame-src *.c.test"
    assert permitted_origins(policy) == {
        "img-src": ["https://a.test", "https://b.test"],
        "frame-src": ["*.c.test"],
    }


def test_tags_that_close_themselves_or_nothing_move_no_place():
    page = read("<main id=m><p>One<br/>two</p></section><svg/><p>three</p></main>")
    main = page.by_id("m")
    assert main is not None
    assert [child if isinstance(child, str) else child.tag for child in main.children] == [
        "p", "svg", "p",
    ]  # fmt: skip
    assert main.text == "One two three"


def test_the_forms_of_a_page_are_read_one_by_one_or_with_the_page_where_one_has_no_end():
    form = '<FORM method="post" action="/a/"><input name="a"></Form>'
    search = '<form action="/search/"><input name="q"></form>'
    unended = '<form method="post" action="/b/"><input name="b">'
    assert [one.get("action") for one in forms_of(f"<p>{form}<p>{search}<p>{form}")] == [
        "/a/",
        "/a/",
    ]
    assert [one.get("action") for one in forms_of(f"<p>{form}<p>{unended}")] == ["/a/", "/b/"]
