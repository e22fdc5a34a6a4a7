"""The sentences of a text: where one ends, where its mark stands, and which marks stay."""

import pytest

from privacy.policy.bundled import shipped_text
from privacy.policy.rendering import normalised, promise_ids, strip_source_marks
from privacy.policy.sentences import keep_marks, sentences_of, set_marks


def words(source: str) -> list[str]:
    return [one.words for one in sentences_of(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("We keep it. You may ask.", ["We keep it.", "You may ask."]),
        ("Do we? Yes! So it is.", ["Do we?", "Yes!", "So it is."]),
        ("He said “No.” Then he left.", ["He said “No.”", "Then he left."]),
        ("It costs 3.50 a day, e.g. here.", ["It costs 3.50 a day, e.g. here."]),
        ("One;{promise:a.b} two.{promise:c.d}", ["One;", "two."]),
        ("**We keep it. We tell you.**", ["We keep it.", "We tell you."]),
        ("See [the page. It helps](/cookies/).", ["See the page.", "It helps."]),
        ("A line\nthat wraps. Another.", ["A line that wraps.", "Another."]),
        ("# A heading\n\nOne.", ["One."]),
        ("- one\n- two", ["one", "two"]),
        ("1. first\n2. second", ["first", "second"]),
        ("> We quote.", ["We quote."]),
        ("| What | Why |\n|---|---|\n| name | answer |", ["name answer"]),
        ("```\nWe keep it\n```", ["We keep it"]),
        ("```", []),
        ("    We keep it", ["We keep it"]),
        ("- - -", []),
        ("", []),
    ],
)
def test_where_sentences_begin_and_end(source, expected):
    assert words(source) == expected


def test_a_sentence_knows_its_marks_and_the_heading_above_it():
    one, two, three = sentences_of("## Rights\n\nAsk.{promise:a.b}{promise:c.d} Wait. Go.")
    assert (one.ids, one.heading, one.is_unmarked) == (("a.b", "c.d"), "Rights", False)
    assert [two.is_unmarked, three.is_unmarked] == [True, True]


def test_a_sentence_goes_with_the_next_one_that_is_marked_and_a_lead_in_says_nothing():
    marked = sentences_of("One. Two.{promise:a.b} Three.\n\nWe collect:\n\n- four{promise:plain}")
    assert [one.words for one in marked if one.is_unmarked] == ["Three."]


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("We keep it. Ask.", "We keep it.{promise:x} Ask.{promise:x}"),
        ("We keep it.{promise:a.b} Ask.", "We keep it.{promise:x} Ask.{promise:x}"),
        ("| What |\n|---|\n| name |", "| What |\n|---|\n| name{promise:x} |"),
        ("```\nWe\n```", "```\nWe{promise:x}\n```"),
        ("**It.** So.", "**It.**{promise:x} So.{promise:x}"),
        ("Two lines\\\nbreak.", "Two lines\\\nbreak.{promise:x}"),
    ],
)
def test_marks_stand_behind_their_sentences(source, marked):
    marks = {one.key: ["x"] for one in sentences_of(source)}
    assert set_marks(source, marks) == marked + "\n"
    assert set_marks(marked, {one.key: [] for one in sentences_of(marked)}) == (
        strip_source_marks(marked) + "\n"
    )


def test_where_a_mark_would_not_be_read_the_whole_block_is_one_sentence():
    """In the title of a link a mark would be lost."""
    source = 'See [it](/x "One. Two. (Three)") here.\n\nFine. Too.'
    first, *rest = sentences_of(source)
    assert first.words.startswith("See ")
    assert [one.words for one in rest] == ["Fine.", "Too."]
    assert promise_ids(set_marks(source, {first.key: ["x"]})) == ["x"]


def test_a_block_that_takes_no_mark_is_left_out():
    """A definition of a link is no paragraph; words after its marks cannot be told from it."""
    assert words("[a]: /x\n\nFine. Too.") == ["Fine.", "Too."]


def test_equal_sentences_are_told_apart():
    one, two = sentences_of("Ask.\n\nAsk.")
    assert one.key != two.key
    assert set_marks("Ask.\n\nAsk.", {two.key: ["x"]}) == "Ask.\n\nAsk.{promise:x}\n"


@pytest.mark.parametrize("file", ["privacy-1.md", "privacy-2.md", "privacy-3.md"])
def test_a_shipped_text_that_comes_back_without_its_marks_gets_them_all(file):
    text = normalised(shipped_text(file))
    assert keep_marks(strip_source_marks(text), text) == text
    assert [one for one in sentences_of(text) if one.is_unmarked] == []


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        ("We keep it. You may ask.", "We keep it.{promise:a.b} You may ask.{promise:c.d}"),
        ("We  keep it. Then wait.", "We  keep it.{promise:a.b} Then wait."),
        ("You may ask.\n\nNew. We KEEP it.", "You may ask.{promise:c.d}\n\nNew. We KEEP it.{promise:a.b}"),
        ("We keep it. We keep it.", "We keep it. We keep it.{promise:a.b}"),
        ("Other words.", "Other words."),
        ("We keep it.{promise:plain} Ask.", "We keep it.{promise:plain} Ask."),
        ("Ours.{promise:a.b} We keep it.", "Ours.{promise:a.b} We keep it."),
        ("Hello.\n\nHello.", "Hello.{promise:plain}\n\nHello.{promise:plain}"),
    ],
)  # fmt: skip
def test_sentences_that_stayed_keep_their_marks(new, kept):
    before = (
        "We keep it.{promise:a.b} You may ask.{promise:c.d}\n\n"
        "Hello.{promise:plain}\n\nHello.{promise:plain}"
    )
    assert keep_marks(new, before) == normalised(kept)
