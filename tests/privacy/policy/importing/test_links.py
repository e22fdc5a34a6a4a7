"""A link leads where it led, or it is listed with what became of it."""

import pytest

from privacy.policy.importing import engine
from privacy.policy.importing.links import Link, Relative
from privacy.policy.importing.writer import write
from tests.privacy.policy.importing.reading import left_out, read, refusal_of, shown

PAGE = (
    "<p><a href='/terms?a=1'>a</a> <a href='sub/b.html'>b</a> <a href='//c.test/x'>c</a> "
    "<a href='HTTPS://d.test/'>d</a> <a href='mailto:e@e.test'>e</a> <a href=''>f</a> "
    "<a href='/g'></a>g"
)
OLD = "https://old.test/privacy/"


def targets(relative: Relative, origin: str = "") -> list[str]:
    return [link.target for link in read(PAGE, relative=relative, origin=origin).links]


@pytest.mark.parametrize(
    ("relative", "origin", "first", "second"),
    [
        (Relative.KEEP, "", "/terms?a=1", "sub/b.html"),
        (Relative.DROP, "", "", ""),
        (
            Relative.ABSOLUTE,
            OLD,
            "https://old.test/terms?a=1",
            "https://old.test/privacy/sub/b.html",
        ),
    ],
)
def test_relative_links_do_as_they_are_told(
    relative: Relative, origin: str, first: str, second: str
):
    others = ["https://c.test/x", "HTTPS://d.test/", "mailto:e@e.test"]
    assert targets(relative, origin) == [first, second, *others]


def test_relative_links_are_asked_about():
    text = read(PAGE, relative=Relative.ASK)
    assert text.asks_about_links
    assert [link.text for link in text.links if link.is_relative] == ["a", "b"]
    assert not read(
        "<p><a href='#x'>a</a> <a href=//c.test>b</a>", relative=Relative.ASK
    ).asks_about_links


@pytest.mark.parametrize("origin", ["", "old.test", "javascript:x", "https://", "https://a b"])
def test_an_old_site_has_an_address(origin: str):
    assert refusal_of(PAGE, relative=Relative.ABSOLUTE, origin=origin) == (
        "Give the address of the old site, such as https://www.example.com/."
    )


def test_what_is_taken_out_is_listed():
    assert left_out("<p><a href=/a>x</a> <a href>y</a>", relative=Relative.DROP) == [
        "line 1: link to /a “x”. It led to a page of the old site. Its words stay.",
    ]


def test_a_link_over_several_looks_is_one():
    page = (
        "<p>x <a href='https://a.test/b c'>y <b>z</b> <i>w</i></a><a href='https://b.test/)'>v</a>"
    )
    text = read(page)
    assert text.links == (
        Link("line 1", "y z w", "https://a.test/b c", "https://a.test/b%20c"),
        Link("line 1", "v", "https://b.test/)", "https://b.test/)"),
    )
    assert text.source == ("x [y **z** *w*](https://a.test/b%20c)[v](<https://b.test/)>)\n")


INSIDE = {
    "name before a heading": (
        "<p><a href=#s>x</a></p><a name=s></a><h2>Y</h2>",
        '<p><a href="#s">x</a></p><h2 id="s">Y</h2>',
    ),
    "name in an empty heading": (
        "<p><a href=#s>x</a></p><h2><a name=s></a></h2><h2>Y</h2>",
        '<p><a href="#s">x</a></p><h2 id="s">Y</h2>',
    ),
    "name of a heading and another one": (
        "<p><a href=#s>x</a> <a href=#t>y</a></p><h2 id=s><a name=t>Y</a></h2>",
        '<p><a href="#s">x</a> <a href="#t">y</a></p><h2 id="s">Y <span id="t"></span></h2>',
    ),
    "id of a list, a table, a cell, an item": (
        (
            "<p><a href=#l>l</a><a href=#t>t</a><a href=#c>c</a><a href=#i>i</a></p>"
            "<ul id=l><li>a<li id=i>b</ul><table id=t><tr><td>c<td id=c>d</table>"
        ),
        (
            '<p><a href="#l">l</a><a href="#t">t</a><a href="#c">c</a><a href="#i">i</a></p>'
            '<ul><li><span id="l"></span>a</li><li><span id="i"></span>b</li></ul>'
            '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
            '<th></th><th></th></tr></thead><tbody><tr><td><span id="t"></span>c</td>'
            '<td><span id="c"></span>d</td></tr></tbody></table></div>'
        ),
    ),
    "name at the end": (
        "<p><a href=#e>x</a></p><p>y</p><a name=e></a>",
        '<p><a href="#e">x</a></p><p>y<span id="e"></span></p>',
    ),
    "names that this site has for itself, or twice": (
        "<p><a href=#main>x</a><a href=#Main>y</a></p><p id=main>a<p id=Main>b<p id=main>c",
        (
            '<p><a href="#main-2">x</a><a href="#main-3">y</a></p><p><span id="main-2"></span>a</p>'
            '<p><span id="main-3"></span>b</p><p>c</p>'
        ),
    ),
    "names in other letters": (
        "<p><a href='#%C3%BCber_uns'>x</a></p><p id='über_uns'>a",
        '<p><a href="#uber-uns">x</a></p><p><span id="uber-uns"></span>a</p>',
    ),
    "names in raised links": (
        "<p>a<sup><a href=#n name=r>1</a></sup><p><a name=n href=#r>1</a> b<p>c<a href=#r><sup>1</sup></a>",
        (
            '<p>a<span id="r"></span><a href="#n">[1]</a></p>'
            '<p><span id="n"></span><a href="#r">1</a> b</p><p>c<a href="#r">[1]</a></p>'
        ),
    ),
    "names in links": (
        "<p><a href=#s>x</a><a href=https://a.test/ ><span id=s></span>https://a.test/</a>",
        (
            '<p><a href="#s">x</a><span id="s"></span>'
            '<a href="https://a.test/" rel="noopener">https://a.test/</a></p>'
        ),
    ),
}


@pytest.mark.parametrize(("page", "html"), INSIDE.values(), ids=INSIDE)
def test_targets_inside_the_text_stay(page: str, html: str):
    assert shown(page) == html


def test_equal_headings_keep_their_anchors_when_one_is_inserted_before_them():
    page = (
        "<h2>Us</h2><h3>Contact</h3><p>a</p><h2>You</h2><h3>Contact</h3><p>b</p><h3>contact 2</h3>"
    )
    source = read(page).source
    assert source == (
        "## Us\n\n### Contact {#contact}\n\na\n\n## You\n\n### Contact {#contact-3}\n\nb\n\n"
        "### contact 2\n"
    )


def test_a_link_of_white_space_is_none():
    assert read("<p>a<a href=/x> </a>b").links == ()
    assert shown("<p>a<a href=/x> </a>b") == "<p>a b</p>"


def test_a_target_that_the_markdown_would_lose_is_missed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "write", lambda blocks: write(blocks).replace(" {#y}", ""))
    assert refusal_of("<p><a href=#y>x</a></p><h2 id=y>Z</h2>") == (
        "The target of the link to #y would be lost."
    )
