"""Which documents hold a word or a part of one, found without a look at each of them.

Documents are the bits of a number, by their place in the list. Each pair of letters leads to the
documents that hold it, and only those that hold all pairs of a word are looked at. A word that very
many hold is looked for once, and what was found stays as long as the index: it stands in public in
all of them, so it tells nothing of who typed it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from operator import and_

SLOTS = 1024
"""Pairs share so many numbers: of 20,000 documents these take 2.6 MB at most, in any script."""
HELD_BY_MANY = 500
KEPT_WORDS = 200


class WordIndex:
    """The words of some texts, each text at its place."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        bits = [bytearray(len(texts) // 8 + 1) for _ in range(SLOTS)]
        for place, text in enumerate(texts):
            byte, bit = place >> 3, 1 << (place & 7)
            for slot in _slots(text):
                bits[slot][byte] |= bit
        self._with_pair = tuple(int.from_bytes(one, "little") for one in bits)
        self._kept: dict[str, int] = {}

    def holding(self, word: str) -> int:
        """Return which texts hold a word."""
        kept = self._kept.get(word)
        return self._sought(word) if kept is None else kept

    def _sought(self, word: str) -> int:
        everything = (1 << len(self._texts)) - 1
        possible = reduce(and_, (self._with_pair[slot] for slot in _slots(word)), everything)
        found = mask_of(place for place in places_of(possible) if word in self._texts[place])
        if found.bit_count() >= HELD_BY_MANY:
            if len(self._kept) >= KEPT_WORDS:
                self._kept.clear()
            self._kept[word] = found
        return found


def places_of(mask: int) -> Iterator[int]:
    """Yield the places whose bits are set, the first one first; what lies between costs nothing."""
    bits = format(mask, "b")[::-1]
    place = bits.find("1")
    while place >= 0:
        yield place
        place = bits.find("1", place + 1)


def mask_of(places: Iterable[int]) -> int:
    """Return the number in which the bits of some places are set."""
    bits = bytearray()
    for place in places:
        byte = place >> 3
        if byte >= len(bits):
            bits.extend(bytes(byte + 1 - len(bits)))
        bits[byte] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _slots(text: str) -> set[int]:
    return {(ord(one) * 31 + ord(next_one)) % SLOTS for one, next_one in pairwise(text)}
