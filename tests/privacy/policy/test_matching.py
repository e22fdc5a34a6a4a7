"""Equal stretches are found in order, and in bounded time where values repeat themselves."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.policy import matching
from privacy.policy.matching import opcodes
from privacy.policy.redline import Change, compare

SIDES = st.lists(st.sampled_from("abc"), max_size=30)


@given(old=SIDES, new=SIDES, most=st.sampled_from([0, 10, 40_000]))
def test_what_is_equal_and_what_is_not_make_up_both_sides(
    old: list[str], new: list[str], most: int
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "MOST_EQUAL_PAIRS", most)
        found = list(opcodes(old, new))
    assert [x for _, i, i2, _, _ in found for x in old[i:i2]] == old
    assert [x for _, _, _, j, j2 in found for x in new[j:j2]] == new
    assert all(old[i:i2] == new[j:j2] for same, i, i2, j, j2 in found if same)
    assert [a[0] for a in found[:-1]] == [not b[0] for b in found[1:]]


def repeated(*middle: str) -> list[str]:
    """A stretch of few values that repeat themselves, with some between that do not."""
    noise = random.Random(1)  # noqa: S311 - a test
    return [x for one in middle for x in (*noise.choices("ab", k=300), one)] + ["end"]


def test_what_occurs_once_on_both_sides_is_found_between_what_repeats_itself():
    old, new = (
        ["old", *repeated("x", "y", "z")],
        ["new", *repeated("q", "z", "x", "y", "p"), "more"],
    )
    found = [(old[i:i2]) for same, i, i2, _, _ in opcodes(old, new) if same]
    assert {"x", "y"} <= {value for stretch in found for value in stretch}
    assert "z" not in {value for stretch in found for value in stretch}


def test_a_stretch_that_only_repeats_itself_is_replaced():
    old, new = ["x", *"ab" * 300, "y"], ["p", *"ba" * 300, "q"]
    assert list(opcodes(old, new)) == [(False, 0, 602, 0, 602)]


def test_a_comparison_that_weighed_enough_replaces_what_is_left():
    old, new = ("\n\n".join(f"{word} one two {n}." for n in range(240)) for word in ("Old", "New"))
    many = ["\n\n## Same heading number " + str(n) + "\n\n" for n in range(9)]
    redline = compare("".join(h + old for h in many), "".join(h + new for h in many))
    changes = [row.change for row in redline.rows]
    assert (changes.count(Change.CHANGED), changes.count(Change.REMOVED)) == (6 * 240, 3 * 240)
