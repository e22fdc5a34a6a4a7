"""Markdown of any dialect: kept as typed where this site shows it as it means, else written anew."""

import pytest

from tests.privacy.policy.importing.reading import left_out, read, refusal_of, shown


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\nWe *keep* [it](/x/).\n",
        "Wrapped\nlines, a mark.{promise:a.b}\n\n* a\n* b\n\n1) c\n",
        "## One {#one}\n\nSee [one](#one) and `[^1]` and [^2].\n",
        "## What’s new\n\n[New](#what-s-new)\n",
        "```\n{#a} [^1]\n```\n",
    ],
)
def test_what_says_the_same_here_is_kept_as_it_was_typed(text: str):
    assert read(text, "a.md").source == text


def test_white_space_is_normalised():
    assert read("# T\r\n\r\nWe  \r\nkeep.\r\n", "a.md").source == "# T\n\nWe\\\nkeep.\n"


FRONT = "---\ntitle: Privacy\n\nlang: de\n---\n\n# Privacy\n\nWe keep it.\n"


def test_front_matter_is_no_text_and_is_listed():
    assert read(FRONT, "a.md").source == "# Privacy\n\nWe keep it.\n"
    why = "It is for the program that made the old site, not for readers."
    assert left_out(FRONT, "a.md") == [
        f"line 2: front matter “title: Privacy”. {why}",
        f"line 4: front matter “lang: de”. {why}",
    ]


def test_a_line_at_the_beginning_is_no_front_matter():
    assert shown("---\n\nWe keep it.", "a.md") == "<hr><p>We keep it.</p>"


def test_lines_are_those_of_the_file():
    text = f"{FRONT}\nIt is 10<sup>xyz</sup>.\n\n<p>\n<del>gone</del></p>\n\n- ~~out~~\n"
    assert [line.partition(".")[0] for line in refusal_of(text, "a.md").splitlines()] == [
        "line 11: <sup> “xyz”",
        "line 13: <del> “gone”",
        "line 16: <s> “out”",
    ]


def test_html_in_markdown_is_read_as_html():
    text = (
        'a<br>b <b>c</b> 10<sup>2</sup> <!-- d -->\n\n<div align="center">e</div>\n\n![f](g.png)\n'
    )
    assert shown(text, "a.md") == "<p>a<br>b <strong>c</strong> 10²</p><p>e</p>"
    assert left_out(text, "a.md") == ["line 5: <img> “f”. A policy shows no pictures."]


def test_an_embedded_page_is_left_out():
    assert left_out("# T\n\na\n\n<iframe src=x></iframe>", "a.md") == [
        "line 5: <iframe> “x”. A policy embeds no other page."
    ]


def test_links_to_headings_keep_their_targets_whatever_made_them():
    text = (
        "## What’s *new*?\n\n## Права\n\n## Права\n\n"
        "[a](#whats-new), [b](#права-1), [c](#gone), [d](#old)\n\n<a name='old'></a>Old\n"
    )
    assert shown(text, "a.md") == (
        '<h2 id="whats-new">What’s <em>new</em>?</h2><h2 id="права">Права</h2>'
        '<h2 id="права-1">Права</h2><p><a href="#whats-new">a</a>, '
        '<a href="#%D0%BF%D1%80%D0%B0%D0%B2%D0%B0-1">b</a>, c, <a href="#old">d</a></p>'
        '<p><span id="old"></span>Old</p>'
    )
    assert left_out(text, "a.md") == [
        "line 7: link to #gone “c”. Its target is not in the text. Its words stay."
    ]


def test_notes_stand_at_the_end_and_are_linked():
    text = (
        "A[^b], C[^a] and [^none].\n\n[^a]: First *one*\n   goes on.\n[^b]: Second.\n[^c]: Third.\n"
    )
    assert shown(text, "a.md") == (
        '<p>A<a href="#note-b">[1]</a>, C<a href="#note-a">[2]</a> and [^none].</p>'
        '<ol><li><span id="note-b"></span>Second.</li>'
        '<li><span id="note-a"></span>First <em>one</em> goes on.</li><li>Third.</li></ol>'
    )


def test_pins_of_the_file_stay():
    text = "## A {#mine}\n\n{#here}x 10<sup>2</sup>\n"
    assert read(text, "a.md").source == "## A {#mine}\n\n{#here}x 10²\n"


def test_what_this_site_would_not_show_is_missed():
    text = "".join(f"{'  ' * depth}- level {depth}\n" for depth in range(30))
    assert "cannot be taken over as it is" in refusal_of(text, "a.md")
