"""What changed between two versions: paragraphs first, then sentences, then words.

Whole texts compared word by word give a hundred fragments that nobody can read, and take seconds.
So equal paragraphs are matched first, changed ones are paired by the words they share, and only
inside a pair are sentences and then words compared. A paragraph that stands elsewhere with the
same words was moved and is shown so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple, Protocol, TypeVar

from privacy.policy.blocks import Block, Word, blocks_of
from privacy.policy.matching import opcodes

# Two paragraphs or sentences that share less of their words are not the same one, changed.
ALIKE = 0.5
# Words at the beginning that, when equal, speak for the same paragraph.
OPENING = 5
# The most pairs of one gap, and of a whole comparison, that are weighed against each other; beyond
# them the gap is replaced. A text of a thousand equal words would take minutes otherwise.
MOST_PAIRS, MOST_PAIRS_IN_ALL = 60_000, 400_000
# An unchanged stretch this short between two changes is read more easily as part of them.
ISLAND_WORDS, ISLAND_CHARACTERS = 2, 6
MOVED_WORDS = 4


class Change(StrEnum):
    """What happened to words or to a block."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    MOVED_AWAY = "moved away"
    MOVED_HERE = "moved here"


class Piece(NamedTuple):
    """Some words with one fate."""

    change: Change
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One block of the comparison."""

    tag: str
    change: Change
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Redline:
    """The whole comparison."""

    rows: tuple[Row, ...]

    def words(self, change: Change) -> int:
        """Count the words that were added or removed; what was moved was neither."""
        moved = (Change.MOVED_AWAY, Change.MOVED_HERE)
        return sum(
            len(piece.words)
            for row in self.rows
            if row.change not in moved
            for piece in row.pieces
            if piece.change is change
        )

    def blocks(self, change: Change) -> int:
        """Count the blocks with one fate."""
        return sum(row.change is change for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Tell whether the two texts are the same."""
        return all(row.change is Change.SAME for row in self.rows)


class _Unit(Protocol):
    @property
    def words(self) -> tuple[Word, ...]: ...

    @property
    def tag(self) -> str: ...


U = TypeVar("U", bound=_Unit)


def compare(old_source: str, new_source: str) -> Redline:
    """Compare two Markdown sources as readers see them."""
    effort = _Effort()
    pairs = list(_align(blocks_of(old_source), blocks_of(new_source), effort))
    moved = _moved(pairs)
    return Redline(tuple(_row(old, new, moved, effort) for old, new in pairs))


@dataclass(slots=True)
class _Effort:
    """How many pairs one comparison may still weigh."""

    pairs: int = MOST_PAIRS_IN_ALL

    def allows(self, pairs: int) -> bool:
        if pairs > min(MOST_PAIRS, self.pairs):
            return False
        self.pairs -= pairs
        return True


def _moved(pairs: Sequence[tuple[Block | None, Block | None]]) -> set[Block]:
    """Blocks that were taken away in one place and added in another, word for word."""
    away = {old for old, new in pairs if new is None and old is not None}
    here = {new for old, new in pairs if old is None and new is not None}
    return {b for b in away & here if len(b.words) >= MOVED_WORDS or b.tag.startswith("h")}


def _row(old: Block | None, new: Block | None, moved: set[Block], effort: _Effort) -> Row:
    if old is None:
        assert new is not None  # noqa: S101 - `_align` gives no empty pair
        change = Change.MOVED_HERE if new in moved else Change.ADDED
        return Row(new.tag, change, (Piece(Change.ADDED, new.words),))
    if new is None:
        change = Change.MOVED_AWAY if old in moved else Change.REMOVED
        return Row(old.tag, change, (Piece(Change.REMOVED, old.words),))
    if old.words == new.words:
        return Row(new.tag, Change.SAME, (Piece(Change.SAME, new.words),))
    return Row(new.tag, Change.CHANGED, _compare_words(old.words, new.words, effort))


def _compare_words(
    old: tuple[Word, ...], new: tuple[Word, ...], effort: _Effort
) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for before, after in _align(_sentences(old), _sentences(new), effort):
        if before is None or after is None:
            change = Change.ADDED if before is None else Change.REMOVED
            unit = after or before
            pieces.append(Piece(change, unit.words if unit else ()))
        else:
            pieces += _compare_sentence(before.words, after.words)
    return tuple(_joined(_without_islands(list(_joined(pieces)))))


def _compare_sentence(old: tuple[Word, ...], new: tuple[Word, ...]) -> Iterator[Piece]:
    for is_equal, i1, i2, j1, j2 in opcodes(old, new):
        if is_equal:
            yield Piece(Change.SAME, new[j1:j2])
            continue
        if i2 > i1:
            yield Piece(Change.REMOVED, old[i1:i2])
        if j2 > j1:
            yield Piece(Change.ADDED, new[j1:j2])


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Between two unchanged stretches, give what was removed as one piece, then what was added."""
    for is_same, stretch in groupby(pieces, key=lambda piece: piece.change is Change.SAME):
        found = list(stretch)
        changes = (Change.SAME,) if is_same else (Change.REMOVED, Change.ADDED)
        for change in changes:
            words = tuple(word for piece in found if piece.change is change for word in piece.words)
            if words:
                yield Piece(change, words)


def _without_islands(pieces: list[Piece]) -> list[Piece]:
    output: list[Piece] = []
    for index, piece in enumerate(pieces):
        between = 0 < index < len(pieces) - 1
        letters = sum(len(word) for word, _ in piece.words)
        small = len(piece.words) <= ISLAND_WORDS and letters <= ISLAND_CHARACTERS
        if piece.change is Change.SAME and between and small:
            output += [Piece(Change.REMOVED, piece.words), Piece(Change.ADDED, piece.words)]
        else:
            output.append(piece)
    return output


class _Sentence(NamedTuple):
    words: tuple[Word, ...]
    tag: str = ""


def _sentences(words: tuple[Word, ...]) -> list[_Sentence]:
    sentences, start = [], 0
    for index, (word, _) in enumerate(words, start=1):
        if word.rstrip("\"'”’)").endswith((".", "!", "?", ":", ";")):
            sentences.append(_Sentence(words[start:index]))
            start = index
    if start < len(words):
        sentences.append(_Sentence(words[start:]))
    return sentences


def _align(
    old: Sequence[U], new: Sequence[U], effort: _Effort
) -> Iterator[tuple[U | None, U | None]]:
    """Pair units: equal ones first, then, in each gap, those that share most words, in order."""
    before, after = ([(unit.tag, unit.words) for unit in units] for units in (old, new))
    for is_equal, i1, i2, j1, j2 in opcodes(before, after):
        if is_equal:
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
        else:
            yield from _align_gap(old[i1:i2], new[j1:j2], effort)


def _align_gap(
    old: Sequence[U], new: Sequence[U], effort: _Effort
) -> Iterator[tuple[U | None, U | None]]:
    pairs = _best_pairs(old, new) if effort.allows(len(old) * len(new)) else []
    i = j = 0
    for paired_old, paired_new in [*pairs, (len(old), len(new))]:
        yield from ((unit, None) for unit in old[i:paired_old])
        yield from ((None, unit) for unit in new[j:paired_new])
        if paired_old < len(old):
            yield old[paired_old], new[paired_new]
        i, j = paired_old + 1, paired_new + 1


def _best_pairs(old: Sequence[U], new: Sequence[U]) -> list[tuple[int, int]]:
    """The pairs, in order, that share most words in all. Word sets are bits of one number."""
    numbers: dict[str, int] = {}
    old_bits, new_bits = ([_bits(unit, numbers) for unit in units] for units in (old, new))
    old_sizes, new_sizes = ([b.bit_count() for b in bits] for bits in (old_bits, new_bits))
    new_openings = [unit.words[:OPENING] for unit in new]
    width = len(new) + 1
    best = [[0.0] * width for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below, bits, size = best[i], best[i + 1], old_bits[i], old_sizes[i]
        heading, opening = old[i].tag[:1] == "h", old[i].words[:OPENING]
        for j in range(len(new) - 1, -1, -1):
            value = max(below[j], row[j + 1])
            common, other = (bits & new_bits[j]).bit_count(), new_sizes[j]
            # Of all words, and of the shorter one's: a text that grew is still the same text.
            shared = common / (size + other or 1) + common / (2 * min(size, other) or 1)
            shared += ALIKE / 2 * (opening == new_openings[j])
            if shared >= ALIKE and heading == (new[j].tag[:1] == "h"):
                paired = below[j + 1] + shared
                value = max(value, paired)
            row[j] = value
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _bits(unit: _Unit, numbers: dict[str, int]) -> int:
    bits = 0
    for word, _ in unit.words:
        bits |= 1 << numbers.setdefault(word.strip(".,;:!?()“”\"'’").lower(), len(numbers))
    return bits
