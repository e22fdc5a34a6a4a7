"""Hostile text is inert, anchors are stable, marks are found again."""

import hashlib
import re

import pytest

from privacy.policy import rendering
from privacy.policy.rendering import (
    Heading,
    Mark,
    normalised,
    place_marks,
    render,
    strip_source_marks,
)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html,y)", "<p>[x](data:text/html,y)</p>\n"),
        (
            "![p](https://evil.test/p.png)",
            '<p>!<a href="https://evil.test/p.png" rel="noopener">p</a></p>\n',
        ),
        ("<b onclick=x>y</b>", "<p>&lt;b onclick=x&gt;y&lt;/b&gt;</p>\n"),
        ("<!--promise:a.b-->", "<p>&lt;!--promise:a.b--&gt;</p>\n"),
        ("[in](/cookies/)", '<p><a href="/cookies/">in</a></p>\n'),
        ("[out](//x.test/)", '<p><a href="//x.test/" rel="noopener">out</a></p>\n'),
        ("[m](mailto:a@b.test)", '<p><a href="mailto:a@b.test">m</a></p>\n'),
        ("4. four", '<ol start="4">\n<li>four</li>\n</ol>\n'),
    ],
)
def test_render_shows_hostile_text_and_links_harmlessly(source: str, html: str):
    assert render(source).html == html


def test_table_can_be_scrolled_by_keyboard():
    html = render("|a|b|\n|-|-:|\n|1|2|").html
    assert html.startswith('<div class="scroll" tabindex="0" role="region" aria-label="Table">')
    assert html.rstrip().endswith("</table></div>")
    assert "style=" not in html


def test_headings_get_unique_anchors_and_leave_the_first_level_to_the_page():
    rendered = render("# Über *uns*\n\n## A & B\n\n## A & B\n\n###### deep\n\n## Main")
    assert rendered.html == (
        '<h2 id="uber-uns">Über <em>uns</em></h2>\n'
        '<h3 id="a-b">A &amp; B</h3>\n'
        '<h3 id="uber-uns-a-b">A &amp; B</h3>\n'
        '<h6 id="deep">deep</h6>\n'
        '<h3 id="main-2">Main</h3>\n'
    )
    assert rendered.toc == (Heading("uber-uns", "Über uns"),)


def anchors(source: str) -> list[str]:
    return re.findall(r'<h[2-6] id="([^"]+)"', render(source).html)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Größe & Maß", "grosse-mass"),
        ("Права субъекта", "права-субъекта"),
        ("Йод", "йод"),
        ("個人情報の取扱い", "個人情報の取扱い"),
        ("गोपनीयता नीति", "गोपनीयता-नीति"),
        ("Απόρρητο", "απόρρητο"),
        ("What’s new?", "what-s-new"),
        ("ﬁle ½", "file-12"),
        ("🙂", "section"),
    ],
)
def test_anchors_keep_the_letters_of_every_script(heading: str, anchor: str):
    assert anchors(f"## {heading}") == [anchor]


SECTIONS = (
    "## Us\n\n### Contact\n\nWrite.\n\n## You\n\n### Contact\n\nCall.\n\n### Contact\n\nVisit.\n"
)


def test_an_equal_heading_is_told_apart_by_what_is_above_and_below_it():
    opening = hashlib.sha256(b"Visit.").hexdigest()[:6]
    assert anchors(SECTIONS) == ["us", "contact", "you", "you-contact", f"contact-{opening}"]


def test_no_anchor_moves_when_an_equal_heading_is_inserted_in_between():
    before = anchors(SECTIONS)
    inserted = SECTIONS.replace("## You", "## They\n\n### Contact\n\nFax.\n\n## You")
    assert anchors(inserted) == [*before[:2], "they", "they-contact", *before[2:]]


def test_a_pinned_anchor_stays_wherever_an_equal_heading_is_inserted():
    assert anchors("## A {#a}\n\n## *A* {#a-2}") == ["a", "a-2"]
    assert anchors("## A\n\n## A {#a}\n\n## A\n\n## *A* {#a-2}") == ["a-3", "a", "a-4", "a-2"]


def test_equal_sections_are_counted():
    assert anchors("## A\n\n## A\n\n## A") == ["a", "a-2", "a-3"]
    same = hashlib.sha256(b"x").hexdigest()[:6]
    assert anchors("## A\n\nx\n\n## A\n\nx\n\n## A\n\nx") == ["a", f"a-{same}", f"a-{same}-2"]


def test_a_pin_is_a_target_and_no_text():
    rendered = render("## T {#t}\n\n{#note-1}One. `{#code}` {#note-1}[to](#note-1)")
    assert rendered.html == (
        '<h2 id="t">T</h2>\n<p><span id="note-1"></span>One. <code>{#code}</code> '
        '<a href="#note-1">to</a></p>\n'
    )
    assert strip_source_marks("## T {#t}\n\nx{promise:a.b}\n") == "## T\n\nx\n"


@pytest.mark.parametrize("pin", ["main", "contents"])
def test_a_pin_takes_no_anchor_of_the_page(pin: str):
    assert render(f"## T {{#{pin}}}\n\n{{#{pin}}}x").html == '<h2 id="t">T</h2>\n<p>x</p>\n'


def test_a_heading_pinned_as_another_gets_an_anchor_of_its_own():
    assert anchors("## A {#x}\n\n## B {#x}") == ["x", "b"]


def test_marks_vanish_from_the_text_and_keep_their_places():
    rendered = render("## Top{promise:a.top}\n\nOne.{promise:a.one} Two.{promise:b-2.x}")
    assert rendered.html == '<h2 id="top">Top</h2>\n<p>One. Two.</p>\n'
    assert rendered.marks == (Mark("a.top", 16), Mark("a.one", 29), Mark("b-2.x", 34))
    assert rendered.html[: rendered.marks[1].position].endswith("<p>One.")
    assert place_marks(rendered.stored_html, lambda promise_id: f"[{promise_id}]") == (
        '<h2 id="top">Top[a.top]</h2>\n<p>One.[a.one] Two.[b-2.x]</p>\n'
    )


@pytest.mark.parametrize("source", ["{promise:}", "{promise:A}", "{promise:a b}", "{promise:a--b}"])
def test_what_is_no_mark_is_text(source: str):
    rendered = render(source)
    assert (rendered.html, rendered.marks) == (f"<p>{source}</p>\n", ())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc\n"),
        ("a\u00a0b\u2009c", "a b c\n"),
        ("e\u0301", "\u00e9\n"),
        ("\ufeffa", "a\n"),
        ("a \nb", "a\nb\n"),
        ("a  \nb", "a\\\nb\n"),
        ("\n\n  a\n\n\n", "  a\n"),
        ("", "\n"),
    ],
)
def test_normalised_gives_one_form(text: str, kept: str):
    assert normalised(text) == kept
    assert normalised(kept) == kept


def test_renderer_is_named():
    assert rendering.RENDERER == "site-markdown 2"
