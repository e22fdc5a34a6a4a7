"""Which parts of two sequences are equal, in bounded time.

difflib finds the longest equal stretch first, which reads best, but where few values occur
thousands of times it needs minutes. There, values that occur once on both sides are matched in
order (Bram Cohen's patience diff), and difflib looks at what lies between them; a stretch that
still repeats itself too much counts as replaced.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

Opcode = tuple[bool, int, int, int, int]
"""Whether equal, then from and to in the old and in the new sequence, as in difflib."""

# The most pairs of equal values of a stretch that difflib looks at.
MOST_EQUAL_PAIRS = 40_000


def opcodes(old: Sequence[T], new: Sequence[T]) -> Iterator[Opcode]:
    """Yield what is equal and what is not, in order; two stretches that differ never meet."""
    numbers: dict[T, int] = {}
    a, b = ([numbers.setdefault(one, len(numbers)) for one in side] for side in (old, new))
    i = j = 0
    for i2, j2, size in [*_merged(_stretches(a, b)), (len(a), len(b), 0)]:
        if i2 > i or j2 > j:
            yield False, i, i2, j, j2
        if size:
            yield True, i2, i2 + size, j2, j2 + size
        i, j = i2 + size, j2 + size


Stretch = tuple[int, int, int]
"""Where an equal stretch begins in both, and how long it is."""


def _merged(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    i, j, size = 0, 0, 0
    for i2, j2, more in stretches:
        if (i + size, j + size) == (i2, j2):
            size += more
            continue
        if size:
            yield i, j, size
        i, j, size = i2, j2, more
    if size:
        yield i, j, size


def _stretches(a: list[int], b: list[int]) -> Iterator[Stretch]:
    """Yield the equal stretches: at both ends, and between them."""
    shorter = min(len(a), len(b))
    start = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    rest = shorter - start
    end = next((n for n in range(rest) if a[-1 - n] != b[-1 - n]), rest)
    yield 0, 0, start
    middle = a[start : len(a) - end], b[start : len(b) - end]
    for i, j, size in _between(*middle):
        yield start + i, start + j, size
    yield len(a) - end, len(b) - end, end


def _between(a: list[int], b: list[int]) -> Iterator[Stretch]:
    if _equal_pairs(a, b) <= MOST_EQUAL_PAIRS:
        yield from SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
        return
    anchors = [*_once_on_both_sides(a, b), (len(a), len(b))]
    if len(anchors) == 1:
        return
    i = j = 0
    for i2, j2 in anchors:
        for more_i, more_j, size in _stretches(a[i:i2], b[j:j2]):
            yield i + more_i, j + more_j, size
        if i2 < len(a):
            yield i2, j2, 1
        i, j = i2 + 1, j2 + 1


def _equal_pairs(a: list[int], b: list[int]) -> int:
    counts = Counter(b)
    return sum(times * counts[value] for value, times in Counter(a).items())


def _once_on_both_sides(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """The longest run of values, in the order of both, that occur once in each."""
    in_a, in_b = Counter(a), Counter(b)
    places = {value: j for j, value in enumerate(b) if in_b[value] == 1}
    pairs = [(i, places[v]) for i, v in enumerate(a) if in_a[v] == 1 and v in places]
    ends: list[int] = []
    last: list[int] = []
    before = [-1] * len(pairs)
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        ends[place : place + 1], last[place : place + 1] = [j], [number]
        before[number] = last[place - 1] if place else -1
    run, number = [], last[-1] if last else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]
