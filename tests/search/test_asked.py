"""What is read from what somebody typed."""

import pytest

from search.asked import MOST_WORDS, Phrase, any_of, read, words_in


def said(typed, *synonyms):
    """Return the phrases of each group, those that may go on with a star."""
    return [
        {" ".join(phrase.words) + "*" * phrase.prefix for phrase in group.phrases}
        for group in read(typed, synonyms)
    ]


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ("charger", [{"charger", "charger*"}]),
        ("Chargers", [{"chargers", "chargers*", "charger"}]),
        ("boxes", [{"boxes", "boxes*", "boxe", "box"}]),
        ("batteries", [{"batteries", "batteries*", "battery"}]),
        ("battery", [{"battery", "battery*", "batteries"}]),
        ("glass", [{"glass", "glass*"}]),
        ("dc", [{"dc"}]),
        ("not", [{"not"}]),
        ("v2", [{"v2", "v2*"}]),
        ("7", [{"7"}]),
        ("how to install the charger", [{"install", "install*"}, {"charger", "charger*"}]),
        ("to be", [{"to"}, {"be"}]),
        ("C++", [{"c++"}]),
        ("A1C-24", [{"a1c-24*", "a1c24*", "a1c 24*"}]),
        ("A1C 24", [{"a1c", "a1c*", "a1c24*"}, {"24", "24*", "a1c24*"}]),
        ("日本語", [{"日 本 語"}]),
        ("", []),
        ("?! \x00 ***", []),
    ],
)
def test_what_is_typed_becomes_groups_of_which_all_are_wanted(typed, groups):
    assert said(typed) == groups


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ('"emergency power"', [{"emergency power"}]),
        ('"C++"', [{"c++"}]),
        ('"do-not-track"', [{"do-not-track"}]),
        ('"A1C-24"', [{"a1c-24"}]),
        ('"charger"', [{"charger"}]),
        ('"see A1C-24 there"', [{"see a1c 24 there"}, {"a1c-24"}]),
        ('manual "float charge', [{"manual", "manual*"}, {"float charge"}]),
        ('""', []),
    ],
)
def test_quoted_words_are_wanted_as_they_were_typed(typed, groups):
    assert said(typed) == groups


@pytest.mark.parametrize(
    "typed", ["a OR b AND NOT c NEAR(d)", "title:x* ^y {z}", "' OR 1=1 --", "a & b | !c <-> d:*"]
)
def test_nothing_that_is_typed_is_an_operator(typed):
    for phrase in words_in(read(typed)):
        assert all(word.strip("':*&|!<>(){}^") == word for word in phrase.words)


def test_synonyms_stand_for_each_other_also_where_one_has_two_words():
    same = (("genset",), ("generator", "set"))
    assert said("genset manual", same)[0] == {"genset", "genset*", "generator set"}
    (first, second, third) = said("big generator set", same)
    assert ("genset" in first, "genset" in second, "genset" in third) == (False, True, True)


def test_a_long_question_is_cut_and_still_asked():
    assert len(read("word " * 4000)) == MOST_WORDS
    assert len(read("\N{CJK UNIFIED IDEOGRAPH-65E5}" * 10_000)) == 1


def test_one_of_many_is_enough_where_that_is_asked():
    (group,) = any_of(read("dc ac dc"))
    assert group.phrases == (Phrase(("dc",)), Phrase(("ac",)))
    assert any_of(()) == ()
