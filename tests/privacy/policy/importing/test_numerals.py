"""Labels count on as people count on."""

import pytest

from privacy.policy.importing.numerals import follows, letters, repeated_letters, roman


@pytest.mark.parametrize(
    ("before", "label", "does"),
    [
        ("(a)", "(b)", True),
        ("(h)", "(i)", True),
        ("(i)", "(ii)", True),
        ("iv.", "v.", True),
        ("z)", "aa)", True),
        ("IX)", "X)", True),
        ("(1)", "(2)", True),
        ("(1)", "(3)", False),
        ("(1)", "(b)", False),
        ("(a)", "b)", False),
        ("(a)", "(B)", False),
        ("(a)", "(c)", False),
    ],
)
def test_one_label_follows_another(before: str, label: str, does: bool):
    assert follows(before, label) == does


def test_numbers_are_written_as_labels():
    assert [letters(number) for number in (1, 26, 27, 52, 53)] == ["a", "z", "aa", "az", "ba"]
    assert [repeated_letters(number) for number in (1, 26, 27, 53)] == ["a", "z", "aa", "aaa"]
    assert [roman(number) for number in (1, 4, 9, 40, 1999)] == ["i", "iv", "ix", "xl", "mcmxcix"]
