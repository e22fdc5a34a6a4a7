"""Words of very many documents: found without a look at each of them."""

import random
from itertools import product

import pytest

from downloads.word_index import HELD_BY_MANY, KEPT_WORDS, WordIndex, mask_of, places_of

SEED = 20_261_126


class Looked(str):
    """A text that counts how often somebody looks into one."""

    __slots__ = ()
    times = 0

    def __contains__(self, part: object) -> bool:
        Looked.times += 1
        return isinstance(part, str) and super().__contains__(part)


@pytest.fixture
def many() -> WordIndex:
    Looked.times = 0
    return WordIndex([Looked(f"d-{n} manual {n} p{n:05}") for n in range(20_000)])


def places(index: WordIndex, word: str) -> list[int]:
    return list(places_of(index.holding(word)))


def test_each_part_of_each_word_is_found_where_it_stands_and_nowhere_else():
    numbers = random.Random(SEED)  # noqa: S311 - texts of a test, no secret
    letters = "abc-é電"
    texts = ["".join(numbers.choices(letters + " ", k=numbers.randrange(12))) for _ in range(300)]
    index = WordIndex(texts)
    words = ["".join(word) for length in (1, 2, 3) for word in product(letters, repeat=length)]
    for word in [*words, "aaaaaaaaaaaaaaaaaa"]:
        assert places(index, word) == [n for n, text in enumerate(texts) if word in text], word


def test_of_very_many_documents_only_those_are_looked_at_that_may_hold_the_word(many):
    assert places(many, "p01234") == [1234]
    assert places(many, "nowhere") == []
    assert Looked.times <= 20


def test_what_very_many_hold_is_looked_for_once_and_what_few_hold_is_not_remembered(many):
    assert len(places(many, "manual")) == 20_000
    looked = Looked.times
    assert len(places(many, "manual")) == 20_000
    assert Looked.times == looked
    places(many, "p01234")
    assert Looked.times > looked
    assert HELD_BY_MANY == 500


def test_words_that_are_remembered_are_so_many_at_most():
    texts = [" ".join(f"w{n:03}" for n in range(KEPT_WORDS + 1))] * HELD_BY_MANY
    index = WordIndex(texts)
    for n in range(KEPT_WORDS + 1):
        assert index.holding(f"w{n:03}").bit_count() == HELD_BY_MANY
    assert len(index._kept) == 1


@pytest.mark.parametrize("found", [[], [0], [7, 8, 9], [0, 19_999]])
def test_places_and_their_bits_stand_for_one_another(found):
    assert mask_of(found) == sum(1 << place for place in found)
    assert list(places_of(mask_of(found))) == found
