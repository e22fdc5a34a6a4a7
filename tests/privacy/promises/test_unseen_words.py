"""A page is read without the words that a style hides, and hides what is known to be hidden."""

from dataclasses import replace

import pytest

from privacy.promises.unseen_words import as_seen, selectors_that_hide
from privacy.promises.visitor import Answer

SHEET = '<link rel="stylesheet" href="/static/css/site.css">'
BODY = '<main class="head"><p class="label">Updated <time>May 1</time></p><p>More</p></main>'


def read(css: str, body: str = BODY, head: str = SHEET) -> str:
    return as_seen(f"<html><head>{head}</head><body>{body}</body></html>", {}, lambda p: css).text


@pytest.mark.parametrize(
    ("css", "words"),
    [
        ("p { color: red }", "Updated May 1 More"),
        ("", "Updated May 1 More"),
        (".label { display: none }", "More"),
        ("@media (width < 40rem) { .head .label:has(time) { display: none } }", "More"),
        ("@media (min-width: 99em) { time { visibility: hidden } }", "Updated More"),
        ("@media print { p { display: none } }", "Updated May 1 More"),
        ("p::before { display: none }", "Updated May 1 More"),
        ("i::before, time { opacity: 0.1 }", "Updated More"),
        ("@media (width < 40rem) { @media (width > 50rem) { p { height: 0 } } }", "Updated May 1 More"),
    ],
)  # fmt: skip
def test_words_that_a_style_hides_on_some_screens_are_not_read(css, words):
    assert read(css) == words


def test_what_hides_itself_is_not_read_and_what_is_hidden_from_machines_is():
    body = (
        '<p hidden>One</p><p style="display:none">Two</p><p style="color:red">Three</p>'
        '<p aria-hidden="true">Four</p><p hidden="until-found">Five</p><p hidden><b>Six</b></p>'
    )
    assert read("", body) == "Three Four Five"


def test_sheets_are_asked_for_once_and_those_of_the_desk_and_of_others_never():
    asked: list[str] = []

    def fetch(path: str) -> str:
        asked.append(path)
        return "p { display: none }"

    others = '<link rel="icon" href="/static/a.css"><link rel="stylesheet" href="/cookies/empty/">'
    desk = '<link rel="stylesheet" href="/static/admin/css/base.css">'
    sheets: dict[str, tuple[str, ...]] = {}
    for words in ("One", "Two"):
        assert as_seen(f"{SHEET}{others}{desk}<p>{words}</p>", sheets, fetch).text == ""
    assert (asked, sheets) == (["/static/css/site.css"], {"/static/css/site.css": ("p",)})


def test_the_shipped_styles_hide_what_is_known_and_nothing_else(settings):
    sheets = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
    named = {one.name: selectors_that_hide(one.read_text("utf-8")) for one in sheets}
    assert {name for name, found in named.items() if found} <= {"admin.css"}


def test_a_rule_that_is_known_is_so_on_the_screens_it_is_known_for_alone():
    known = "@media (width < 80rem) { .policy b { display: none } }"
    assert selectors_that_hide(known) == ()
    assert selectors_that_hide(known.replace("80rem", "90rem")) == (".policy b",)


def test_people_read_words_and_boxes_that_nothing_hides():
    html = (
        "<title>A</title><body><p>B</p><p hidden>C</p><input value='D'><input hidden value='E'>"
        "<input type='hidden' value='F'></body>"
    )
    answer = Answer("/", 200, {"Content-Type": "text/html"}, {}, html)
    seen = replace(answer, reader=lambda text: as_seen(text, {}, lambda path: ""))
    assert seen.shown == "B D"
    file = Answer("/a.txt", 200, {"Content-Type": "text/plain"}, {}, html)
    assert file.shown == html
    fragment = Answer("/", 200, {"Content-Type": "text/html"}, {}, "<p>G</p>")
    assert fragment.shown == "G"
