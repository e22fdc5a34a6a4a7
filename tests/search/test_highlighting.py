"""What is shown of a text."""

import pytest

from search.asked import read, words_in
from search.highlighting import excerpt, flat, marked


def phrases(typed):
    return words_in(read(typed))


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Float charge.", "float", "<mark>Float</mark> charge."),
        ("Chargers charge", "charger", "<mark>Chargers</mark> charge"),
        ("in Zürich", "zurich", "in <mark>Zürich</mark>"),
        ("No. A1C-24/B", "a1c24", "No. <mark>A1C-24</mark>/B"),
        ("C++ and C", "C++", "<mark>C++</mark> and C"),
        ("<b>float</b>", "float", "&lt;b&gt;<mark>float</mark>&lt;/b&gt;"),
        ("İstanbul float", "float", "İstanbul <mark>float</mark>"),
        ("nothing", "else", "nothing"),
    ],
)
def test_words_are_marked_as_they_stand_and_all_is_escaped(text, typed, shown):
    assert marked(text, phrases(typed)) == shown


def test_without_words_nothing_is_marked():
    assert marked("a < b", []) == "a &lt; b"


def test_an_excerpt_is_the_part_around_the_first_word():
    text = "begin " * 100 + "the float voltage " + "end " * 100
    shown = excerpt(text, phrases("voltage"))
    assert shown is not None
    assert "<mark>voltage</mark>" in shown
    assert shown.startswith("… begin")
    assert shown.endswith(" …")
    assert len(shown) < 300
    assert excerpt("short float", phrases("float")) == "short <mark>float</mark>"
    assert excerpt("short", phrases("float")) is None


def test_a_word_beyond_the_part_that_is_shown_is_not_marked():
    shown = excerpt("float " + "x" * 300 + " float", phrases("float"))
    assert shown == "<mark>float</mark> " + "x" * 300 + " …"


def test_every_character_there_is_keeps_its_place():
    everything = "".join(map(chr, range(0x11_0000)))
    assert len(flat(everything)) == len(everything)
    assert flat("Ä\u0130 Я") == "ai я"
