"""What HTML means survives in Markdown, or the page is refused with element and line."""

import pytest

from tests.privacy.policy.importing.reading import changed, left_out, read, refusal_of, shown

SCROLL = '<div class="scroll" tabindex="0" role="region" aria-label="Table">'

PAGE = """<!doctype html><html><head><title>Not this</title><style>p{}</style></head><body>
<script>track()</script><h1>Privacy</h1><p onclick="x()">We <b>keep</b> your&nbsp;data<sup>1</sup>,
and * stars *.<br>New line.</p><ul><li>one</li><li><a href="/two">two</a></li></ul>
<a href="javascript:evil()">Nothing here</a><img src="https://t.test/p.gif" alt="pixel">
<!-- a remark --></body></html>"""


def test_html_is_cleaned_and_keeps_its_words():
    assert shown(PAGE) == (
        '<h2 id="privacy">Privacy</h2>'
        "<p>We <strong>keep</strong> your data¹, and * stars *.<br>New line.</p>"
        '<ul><li>one</li><li><a href="/two">two</a></li></ul>'
        "<p>Nothing here</p>"
    )
    assert left_out(PAGE) == [
        "line 4: <img> “pixel”. A policy shows no pictures.",
        (
            "line 4: link to javascript:evil() “Nothing here”. "
            "Such a link is not allowed on this site. Its words stay."
        ),
    ]


SAME_MEANING = {
    "letters of a list that begins late": (
        "<ol type=a start=4><li>four<li>five</ol>",
        "<ul><li>d. four</li><li>e. five</li></ul>",
    ),
    "Roman numerals by style": (
        "<ol style='list-style-type: upper-roman'><li>x<li>y</ol>",
        "<ul><li>I. x</li><li>II. y</li></ul>",
    ),
    "letters by a style sheet": (
        "<style>ol.x {list-style-type: lower-latin}</style><ol class=x><li>x</ol>",
        "<ul><li>a. x</li></ul>",
    ),
    "figures that begin late": (
        "<ol start=4><li>four<li>five</ol>",
        '<ol start="4"><li>four</li><li>five</li></ol>',
    ),
    "figures with gaps": (
        "<ol><li value=3>c<li value=7>d</ol>",
        "<ul><li>3. c</li><li>7. d</li></ul>",
    ),
    "figures backwards": ("<ol reversed><li>c<li>d</ol>", "<ul><li>2. c</li><li>1. d</li></ul>"),
    "a label before a list": (
        "<ol type=i><li><ul><li>x</ul></ol>",
        "<ul><li>i.<ul><li>x</li></ul></li></ul>",
    ),
    "figures that a style takes away": (
        "<ol style='list-style: none'><li>1.1 x</ol>",
        "<ul><li>1.1 x</li></ul>",
    ),
    "two lists that follow each other": (
        "<ul><li>a</ul><ul><li>b</ul><ol><li>c</ol><ol><li>d</ol>",
        "<ul><li>a</li></ul><ul><li>b</li></ul><ol><li>c</li></ol><ol><li>d</li></ol>",
    ),
    "an item of paragraphs": (
        "<ol><li>p<p>q<li>r</ol>",
        "<ol><li><p>p</p><p>q</p></li><li><p>r</p></li></ol>",
    ),
    "lists inside each other": (
        "<ul><li>a<ol start=3><li>b</ol>c</ul>",
        '<ul><li><p>a</p><ol start="3"><li>b</li></ol><p>c</p></li></ul>',
    ),
    "what stands in a list and is no item": (
        "<ul>x<li>a<p>y</p></li><ul><li>b</ul><li></li></ul>",
        "<p>x</p><ul><li><p>a</p><p>y</p><ul><li>b</li></ul></li></ul>",
    ),
    "a hidden item": ("<ul><li>a<li hidden>b<li>c</ul>", "<ul><li>a</li><li>c</li></ul>"),
    "raised figures": ("<p>10<sup>2</sup> m<sup>-1</sup></p>", "<p>10² m⁻¹</p>"),
    "lowered figures": ("<p>H<sub>2</sub>O</p>", "<p>H₂O</p>"),
    "raised by style": ("<p>10<span style='vertical-align:super'>2</span></p>", "<p>10²</p>"),
    "trade mark, ordinal, asterisk": (
        "<p>Acme<sup>TM</sup>, 1<sup>st</sup>, price<sup>*</sup>, x<sup> </sup>y</p>",
        "<p>Acme™, 1st, price*, x y</p>",
    ),
    "raised link": (
        "<p>x<a href=https://a.test/><sup>2</sup></a></p>",
        '<p>x<a href="https://a.test/" rel="noopener">²</a></p>',
    ),
    "definitions": (
        "<dl> <dt>Controller<dd>Acme<dd>Berlin</dd> <div><dt>Officer<dd>Ada</div><dt hidden>x</dl>",
        (
            "<ul><li><p><strong>Controller</strong></p><p>Acme</p><p>Berlin</p></li>"
            "<li><p><strong>Officer</strong></p><p>Ada</p></li></ul>"
        ),
    ),
    "definition without a term": ("<dl><dd>Acme</dl>", "<ul><li>Acme</li></ul>"),
    "definition of nothing": ("<dl></dl><p>x</p>", "<p>x</p>"),
    "quotation": (
        "<blockquote><p>a<p>b<ul><li>c</ul></blockquote><blockquote></blockquote><p><q>d</q></p>",
        "<blockquote><p>a</p><p>b</p><ul><li>c</li></ul></blockquote><p>“d”</p>",
    ),
    "code": (
        "<pre>a  b\n ```c</pre><pre> </pre><p><code>`x|y`</code> <kbd>z</kbd></p>",
        "<pre><code>a  b ```c</code></pre><p><code>`x|y`</code> <code>z</code></p>",
    ),
    "line": ("<p>a<hr>b", "<p>a</p><hr><p>b</p>"),
    "paragraphs by line breaks": (
        "a<br><br>b<br>c<br> <br> <br>d<br>",
        "<p>a</p><p>b<br>c</p><p>d</p>",
    ),
    "looks": (
        (
            "<p><b>Name:</b>text <i>a</i>b <b><i>c</i> </b>d e<b>-f</b> <span style='font-weight:700'>"
            "g</span> <em style='font-style:italic'>h</em> <b>:</b>i<b>,</b>j</p>"
        ),
        (
            "<p><strong>Name</strong>:text <em>a</em>b <em><strong>c</strong></em> d e-<strong>f"
            "</strong> <strong>g</strong> <em>h</em> :i,j</p>"
        ),
    ),
    "headings": (
        "<h1>T</h1><h2>a <b>b</b><br>c#</h2><h3></h3><h6>d</h6>",
        '<h2 id="t">T</h2><h3 id="a-b-c">a b c#</h3><h6 id="d">d</h6>',
    ),
    "a sign that begins nothing": ("<p>a <![z](q)> b <! c> d < e <", "<p>a b d &lt; e &lt;</p>"),
    "heading over a line": ("<h2>a<hr>b</h2>", '<h2 id="a-b">a b</h2>'),
    "words around a script": ("<p>a<span>b<script>c</script></span>", "<p>ab</p>"),
    "heading over a block": ("<h2><p>a</p><div>b</div></h2>", '<h2 id="a-b">a b</h2>'),
    "what opens": (
        "<details><summary>More</summary>of it</details>",
        "<p><strong>More</strong></p><p>of it</p>",
    ),
    "signs of Markdown": (
        "<p># a<br>+ b<br>1. c<br>- d<br>= e<p>_f_ [g](h) &lt;b&gt; &amp;amp; ~~i~~ `j` \\ |",
        (
            "<p># a<br>+ b<br>1. c<br>- d<br>= e</p>"
            "<p>_f_ [g](h) &lt;b&gt; &amp;amp; ~~i~~ `j` \\ |</p>"
        ),
    ),
    "no ends of elements": (
        "<p>a<p>b<table><tr><td>c<td>d<tr><td>e<td>f</table><p>g</div></p>h",
        (
            f"<p>a</p><p>b</p>{SCROLL}<table><thead><tr><th></th><th></th></tr></thead><tbody>"
            "<tr><td>c</td><td>d</td></tr><tr><td>e</td><td>f</td></tr></tbody></table></div>"
            "<p>g</p><p>h</p>"
        ),
    ),
    "a mark of ours": ("<p>a b.{promise:x.y} c</p>", "<p>a b. c</p>"),
}


@pytest.mark.parametrize(("page", "html"), SAME_MEANING.values(), ids=SAME_MEANING)
def test_the_meaning_survives(page: str, html: str):
    assert shown(page) == html


def table(page: str) -> list[list[str]]:
    """Return the cells that readers see, the heads of columns first."""
    rows = shown(page).split("<tr>")[1:]
    return [
        [cell.partition("<")[0] for cell in row.replace("<td>", "<th>").split("<th>")[1:]]
        for row in rows
    ]


TABLES = {
    "cells over rows and columns": (
        (
            "<table><caption>Who</caption><thead><tr><th>A<th colspan=2>B<tbody>"
            "<tr><td rowspan=2>r<td>1<td>2<tr><td>3<td>4<tr><td colspan=3>all</table>"
        ),
        [["A", "B", "B"], ["r", "1", "2"], ["r", "3", "4"], ["all", "", ""]],
    ),
    "bold heads": (
        "<table><tr><td><b>A</b><td><b>B</b><tr><td>1<td rowspan=2></td><tr><td>2</table>",
        [["A", "B"], ["1", ""], ["2", ""]],
    ),
    "no heads": ("<table><tr><td>1<td>2<tr><td>3</table>", [["", ""], ["1", "2"], ["3", ""]]),
    "one row": ("<table><tr><th>1<th>2</table>", [["", ""], ["", ""]]),
    "paragraphs and lists in cells": (
        (
            "<table><tr><th>A<th>B<tr><td><p>a<p>b<td>c<ul><li>d<li>e</ul><tr><td>"
            "<ol start=3><li>f<li>g</ol><td><h3>h</h3><blockquote>i</blockquote><pre>j  k</pre>"
            "<br>l<br>m</table>"
        ),
        [["A", "B"], ["a b", "c • d • e"], ["3. f 4. g", ""]],
    ),
    "hidden rows and cells": (
        (
            "<table><tr><th>A<th>B<th hidden>C<tr hidden><td>x<td>y<tr style='display:none'>"
            "<tr><td>1<td>2<td hidden></table>"
        ),
        [["A", "B", ""], ["1", "2", ""]],
    ),
}


@pytest.mark.parametrize(("page", "rows"), TABLES.values(), ids=TABLES)
def test_tables_have_a_cell_for_each_row_and_column(page: str, rows: list[list[str]]):
    assert table(page) == rows


def test_what_a_table_covers_or_joins_is_said():
    assert changed(TABLES["cells over rows and columns"][0]) == [
        "line 1: cell with colspan=2 “B”. It stands in each of the cells that it covered.",
        "line 1: cell with rowspan=2 “r”. It stands in each of the cells that it covered.",
    ]
    assert changed(TABLES["paragraphs and lists in cells"][0])[:2] == [
        "line 1: paragraphs in a cell. A cell holds one line: its paragraphs follow each other there.",
        "line 1: list in a cell. A cell holds one line: its items follow each other there.",
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td><h2>a</h2><p>b</table>",
        "<table role=presentation><tr> <td><h2>a</h2><td><p>b</table>",
    ],
)
def test_a_table_that_only_places_things_is_none(page: str):
    assert shown(page) == '<h2 id="a">a</h2><p>b</p>'


def test_an_empty_table_is_none():
    assert shown("<table><tr><td></table><table></table><p>x") == "<p>x</p>"


def test_heads_of_rows_are_bold():
    page = "<table><tr><th>A<th>B<tr><th>r<td>1</table>"
    assert "<td><strong>r</strong></td><td>1</td>" in shown(page)


REFUSED = {
    "struck out": (
        "<p>a\n<del>x</del>",
        (
            "line 2: <del> “x”. Struck-out text: decide in the file whether it stands, then import it "
            "again."
        ),
    ),
    "struck out by style": (
        "<p>a <span style='text-decoration: line-through'>x</span>",
        (
            "line 1: <span> “x”. Struck-out text: decide in the file whether it stands, then import "
            "it again."
        ),
    ),
    "inserted": (
        "<p>a <ins>x</ins>",
        (
            "line 1: <ins> “x”. Text marked as inserted: accept the change in the file, then import "
            "it again."
        ),
    ),
    "raised letters": (
        "<p>x<sup>abc</sup>",
        (
            "line 1: <sup> “abc”. There are no such raised or lowered signs in plain text, and on the "
            "line they would mean something else: write it otherwise, then import it again."
        ),
    ),
    "lowered letters": ("<p>x<sub>zz</sub>", "line 1: <sub> “zz”. There are no such raised or"),
    "formula": ("<p>x<math>y</math>", "line 1: <math> “y”. A formula: write it in words"),
    "table in a table": (
        "<table><tr><td>a\n<table><tr><td>b</table></table>",
        "line 1: table inside a table “a b”. There is no table inside a table here",
    ),
    "too many cells": (
        "<table><tr>" + "<td colspan=1000 rowspan=1000>x" * 30 + "</table>",
        "line 1: table. It has more than 20,000 cells.",
    ),
    "a long row above many": (
        "<table><tr>" + "<td>x" * 300 + "<tr><td>y" * 300 + "</table>",
        "line 1: table. It has more than 20,000 cells.",
    ),
    "our own sign": (
        "<p>a {#b} c",
        "line 1: sign “{#b}”. This site takes it for the target of a link: write it otherwise.",
    ),
    "too deep": ("<div>" * 300 + "x", "line 1: more than 200 elements stand inside each other."),
}


@pytest.mark.parametrize(("page", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_one_meaning_is_refused_with_element_and_line(page: str, message: str):
    assert refusal_of(page).startswith(message)


def test_all_problems_are_said_at_once():
    assert refusal_of("<p><del>x</del>\n<p><ins>y</ins>").count("\n") == 1


def test_an_empty_mark_of_a_change_is_none():
    assert shown("<p>a<del></del>") == "<p>a</p>"


LEFT_OUT = {
    "hidden by attribute": (
        "<p hidden>x",
        ["line 1: hidden <p> “x”. The page hides it from its readers."],
    ),
    "hidden by style": (
        "<p>a <span style='visibility: hidden'>x</span>",
        ["line 1: hidden <span> “x”. The page hides it from its readers."],
    ),
    "hidden by a style sheet": (
        (
            "<style>/* a */ .no, p .x {display:none} #so {opacity:0} p.no {display:block} i {font-size:0}"
            "</style><p>a<div class=no>x</div><p class=no>b<p id=so>y<p><i>z</i>"
        ),
        [
            "line 1: hidden <div> “x”. The page hides it from its readers.",
            "line 1: hidden <p> “y”. The page hides it from its readers.",
            "line 1: hidden <i> “z”. The page hides it from its readers.",
        ],
    ),
    "hidden and empty": ("<p hidden></p><p>a", []),
    "buttons": (
        "<p>a<button>Cookie settings<script>x</script></button><button></button>",
        [
            (
                "line 1: <button> “Cookie settings”. A button does nothing in a policy. "
                "Write its words as text if they say something."
            )
        ],
    ),
    "fields": (
        (
            "<p>a<input value=v><input placeholder=p><select><option>o<option>q</select>"
            "<textarea>t</textarea><input>"
        ),
        [
            f"line 1: <{tag}>{said}. A form field does nothing in a policy."
            for tag, said in (
                ("input", " “v”"),
                ("input", " “p”"),
                ("select", " “o q”"),
                ("textarea", " “t”"),
                ("input", ""),
            )
        ],
    ),
    "menu and frames": (
        "<nav>Home</nav><p>a<iframe src=/f></iframe><noscript>n</noscript><noscript></noscript>",
        [
            "line 1: <nav> “Home”. It is a menu of the page, not the text.",
            "line 1: <iframe> “/f”. A policy embeds no other page.",
            "line 1: <noscript> “n”. It is seen only where scripts are off.",
        ],
    ),
    "explanations": (
        "<p><abbr title='Data Protection Officer'>DPO</abbr>",
        [
            (
                "line 1: title of <abbr> “Data Protection Officer”. Only a mouse shows it. "
                "Write it into the text if it says something."
            )
        ],
    ),
    "numbers of a style sheet": (
        "<style>h2::before {content: counter(h)}</style><p>a",
        [
            (
                "line 1: numbers that a style sheet makes. They stand nowhere in the text: compare "
                "them with the page."
            )
        ],
    ),
    "what is around the main part": (
        "<header>Logo</header>\nloose<div><main><p>a</main>\n<p>b</div><footer> </footer>",
        [
            "line 1: <header> “Logo”. It stands outside the page's main part.",
            "text “loose”. It stands outside the page's main part.",
            "line 3: <p> “b”. It stands outside the page's main part.",
        ],
    ),
    "links back from notes": (
        "<p id=a>x <a href=#a>↑</a>",
        ["line 1: link “↑”. It leads from a note back to the text."],
    ),
}


@pytest.mark.parametrize(("page", "lines"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_no_text_for_readers_is_left_out_and_listed(page: str, lines: list[str]):
    page = page if "<p>a" in page or "<p><" in page or "<p id" in page else f"{page}<p>a"
    assert left_out(page) == lines


def test_two_main_parts_are_none():
    assert shown("<main>a</main><main>b</main>") == "<p>a</p><p>b</p>"


def test_words_of_one_place_are_said_once():
    page = "<ol type=a><li>a<li>b</ol>"
    assert changed(page) == [
        "line 1: <ol>. Its numbers or letters are written out before each item."
    ]


def test_the_source_is_markdown_that_people_read():
    assert read(PAGE).source == (
        "# Privacy\n\nWe **keep** your data¹, and \\* stars \\*.\\\nNew line.\n\n"
        "- one\n- [two](/two)\n\nNothing here\n"
    )
