"""One analysis of texts: the same for what is indexed and for what is asked."""

import pytest

from search.words import clean, fold, is_one_edit, squeezed, words_of


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Battery", "battery"),
        ("Zürich Ångström", "zurich angstrom"),
        ("Straße", "strasse"),
        ("Øresund Łódź Æ", "oresund lodz ae"),
        ("A1C\N{EN DASH}24", "a1c-24"),
        ("\N{LEFT DOUBLE QUOTATION MARK}C++\N{RIGHT DOUBLE QUOTATION MARK}", '"c++"'),
        ("batt\N{SOFT HYPHEN}ery\N{ZERO WIDTH SPACE}", "battery"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}", "a"),
        ("Привет", "привет"),
    ],
)
def test_capitals_accents_and_what_nobody_sees_make_no_difference(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("text", "in_order", "forms"),
    [
        ("(The charger, 24 V.)", ["the", "charger", "24", "v"], []),
        ("do-not-track", ["do", "not", "track"], ["do-not-track", "donottrack"]),
        ("C++, C# and C", ["c", "c", "and", "c"], ["c++", "c#"]),
        ("A1C-24", ["a1c", "24"], ["a1c-24", "a1c24"]),
        ("日本語 text", ["日", "本", "語", "text"], []),
        ("!!! --- ***", [], []),
        ("snake_case", ["snake", "case"], ["snake_case", "snakecase"]),
        ("-" * 3 + "x" * 80 + "+", ["x" * 64], []),
    ],
)
def test_words_stand_in_their_order_and_signs_give_further_forms(text, in_order, forms):
    assert words_of(text) == (in_order, forms)


@pytest.mark.parametrize("number", ["A1C-24", "a1c24", "A1C 24", "A1-C/24", "a1c\N{EN DASH}24"])
def test_a_number_is_one_however_it_is_cut(number):
    assert squeezed(number) == "a1c24"


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("charger", "chargre", True),
        ("charger", "harger", True),
        ("harger", "charger", True),
        ("charger", "chargers", True),
        ("charger", "chatger", True),
        ("charger", "charger", False),
        ("charger", "charg", False),
        ("charger", "chaegrr", False),
        ("charger", "hcarger", True),
        ("charger", "cahrgre", False),
        ("abcd", "badc", False),
        ("charger", "chxrgxr", False),
    ],
)
def test_one_mistake_is_one(one, other, near):
    assert is_one_edit(one, other) is near
    assert is_one_edit(other, one) is near


def test_what_no_database_takes_is_left_out():
    assert clean("a\x00b\ud800") == "a b?"
