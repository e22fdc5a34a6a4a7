"""A comparison keeps every word, finds what moved, and reads well aloud."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.policy.blocks import blocks_of
from privacy.policy.bundled import TEXT_DIR
from privacy.policy.redline import Change, Redline, compare
from privacy.policy.redline_rendering import to_html, to_text

ONE = (TEXT_DIR / "privacy-1.md").read_text("utf-8")
TWO = (TEXT_DIR / "privacy-2.md").read_text("utf-8")


def words(redline: Redline, *, without: Change) -> list[str]:
    gone = Change.MOVED_HERE if without is Change.ADDED else Change.MOVED_AWAY
    return [
        word
        for row in redline.rows
        if row.change is not gone
        for piece in row.pieces
        if piece.change is not without
        for word, _ in piece.words
    ]


def all_words(source: str) -> list[str]:
    return [word for block in blocks_of(source) for word, _ in block.words]


def texts(source: str) -> list[tuple[tuple[str, str], ...]]:
    return [block.words for block in blocks_of(source)]


def changes(old: str, new: str) -> list[str]:
    return [row.change.value for row in compare(old, new).rows]


def test_the_shipped_versions_round_trip():
    redline = compare(ONE, TWO)
    assert words(redline, without=Change.ADDED) == all_words(ONE)
    assert words(redline, without=Change.REMOVED) == all_words(TWO)


WORDS = st.sampled_from(
    [
        "we",
        "keep",
        "your",
        "data.",
        "not",
        "ask",
        "it,",
        "ever;",
        "who?",
        "*",
        "-",
        "1.",
        "#",
        "<b>",
        "`x`",
        "é",
    ]
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), max_size=8).map(
    "\n\n".join
)


@given(old=TEXTS, new=TEXTS)
def test_any_two_texts_round_trip(old: str, new: str):
    redline = compare(old, new)
    assert words(redline, without=Change.ADDED) == all_words(old)
    assert words(redline, without=Change.REMOVED) == all_words(new)
    assert redline.is_empty == (texts(old) == texts(new))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("On May 1 we ask.", "On June 2 we ask.", "On [-May 1-] {+June 2+} we ask.\n"),
        ("One. Two stays.", "Two stays.", "[-One.-] Two stays.\n"),
        ("- a b c d\n- e", "- a b x d\n- e", "- a b [-c-] {+x+} d\n\n- e\n"),
        ("See [it](/a/).", "See [it](/b/).", "See [-it. (/a/)-] {+it. (/b/)+}\n"),
        ("## Old name\n\nText.", "## New name\n\nText.", "## [-Old-] {+New+} name\n\nText.\n"),
        ("A b c.{promise:a.b}", "A b c.{promise:c.d}", "A b c.\n"),
        ("A  b\nc.", "A b c.", "A b c.\n"),
    ],
)
def test_changes_come_out_whole(old: str, new: str, text: str):
    assert to_text(compare(old, new)) == text


def test_a_small_word_between_changes_is_no_island():
    old, new = "alpha beta of gamma stays as it was.", "one two of three stays as it was."
    assert to_text(compare(old, new)) == (
        "[-alpha beta of gamma-] {+one two of three+} stays as it was.\n"
    )


def test_a_moved_paragraph_is_neither_removed_nor_added():
    a, b, c = "First of all four words.", "Second of all four words.", "Third stands as it is."
    redline = compare(f"{a}\n\n{b}\n\n{c}", f"{b}\n\n{c}\n\n{a}")
    assert [row.change for row in redline.rows] == [
        Change.MOVED_AWAY,
        Change.SAME,
        Change.SAME,
        Change.MOVED_HERE,
    ]
    assert (redline.words(Change.ADDED), redline.words(Change.REMOVED)) == (0, 0)
    assert "<em>Moved to here:</em> <ins>First of all four words.</ins>" in to_html(redline)[0]


def test_a_paragraph_that_grew_is_the_same_paragraph():
    assert changes("Please read it first.", "Please read it first. Then ask us all you want.") == [
        "changed"
    ]


def test_the_words_around_a_change_are_spoken():
    html, _ = to_html(compare("We may ask.", "We must ask."))
    assert html == (
        '<p>We <del><span class="visually-hidden">[removed: </span>may'
        '<span class="visually-hidden">]</span></del> '
        '<ins><span class="visually-hidden">[added: </span>must'
        '<span class="visually-hidden">]</span></ins> ask.</p>'
    )


def test_html_in_a_text_is_shown_and_not_obeyed():
    html, _ = to_html(compare("We `<b>` x.", "We <script>alert(1)</script> x."))
    assert re.findall(r"<(?!/?(?:p|del|ins|span)\b)[^>]*>", html) == []


def test_sections_with_changes_are_listed():
    old = "Intro.\n\n## One\n\nSame.\n\n## Two\n\n- left\n- right"
    new = "Intro.\n\n## One\n\nSame.\n\n## Two\n\n- left\n- wrong"
    html, sections = to_html(compare(old, new))
    assert [(s.anchor, s.title, s.changes) for s in sections] == [("s2", "Two", 2)]
    assert '<h2 id="s2">Two</h2>' in html


def test_a_renderer_of_another_day_changes_nothing():
    assert compare(TWO, TWO).is_empty
    assert compare(TWO, re.sub(r"\{promise:[^}]+\}", "", TWO)).is_empty


def test_the_work_is_bounded_for_texts_that_share_nothing(monkeypatch: pytest.MonkeyPatch):
    from privacy.policy import redline

    monkeypatch.setattr(redline, "MOST_PAIRS", 3)
    old = "\n\n".join(f"Old {n} here now." for n in range(3))
    new = "\n\n".join(f"New {n} here now." for n in range(3))
    assert set(changes(old, new)) == {"removed", "added"}


def test_a_long_text_without_sentences_round_trips():
    rng = random.Random(4)  # noqa: S311
    old = " ".join(rng.choices("abcdefghij", k=900))
    new = " ".join(rng.choices("abcdefghij", k=900))
    redline = compare(old, new)
    assert words(redline, without=Change.ADDED) == old.split()
    assert words(redline, without=Change.REMOVED) == new.split()


def test_tables_and_code_are_compared_by_their_words():
    assert [block.text for block in blocks_of("|a|b|\n|-|-|\n|c|d|\n\n```\nx  y\n```")] == [
        "a b",
        "c d",
        "x y",
    ]


def test_a_heading_without_words_is_no_block():
    assert [(block.tag, block.text) for block in blocks_of("##\n\nText.")] == [("p", "Text.")]


def test_the_text_says_what_moved_and_keeps_the_marks_of_headings_and_lists():
    old = "## Rights\n\nFirst of all four words.\n\n- Ask us.\n\nThird stands as it is."
    new = "## Rights\n\n- Ask us.\n\nThird stands as it is.\n\nFirst of all four words."
    assert to_text(compare(old, new)).splitlines() == [
        "## Rights",
        "",
        "Moved from here: [-First of all four words.-]",
        "",
        "- Ask us.",
        "",
        "Third stands as it is.",
        "",
        "Moved to here: {+First of all four words.+}",
    ]
