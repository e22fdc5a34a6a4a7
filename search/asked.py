"""What is asked for, read from what somebody typed, in a form that each database can be told.

All groups have to be found, and of a group any phrase. Nothing that was typed is an operator: a
phrase is words, and is quoted wherever it goes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from search.words import chunks, fold, forms_of, parts_of

MOST_CHARACTERS = 200
MOST_WORDS = 12
JOINED = 4
"""How many words in a row may be pieces of one number."""
SHORTEST_PREFIX = 3
"""Of a word without digits: shorter ones begin too many others."""
IDLE = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "how", "i", "in", "is",
    "it", "of", "on", "or", "our", "that", "the", "this", "to", "what", "where", "which", "with", "you",
    "your",
})  # fmt: skip
"""Words that say nothing about what is meant, where others do."""
WHOLE = IDLE | {"no", "not", "new", "all", "any"}
"""Words with which others begin that have nothing to do with them."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row. With `prefix` the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Ways to say one thing. `word` is what was typed, where that is a plain word."""

    phrases: tuple[Phrase, ...]
    word: str = ""

    def also(self, *phrases: Phrase) -> "Group":
        """Return it with further ways."""
        return replace(
            self, phrases=(*self.phrases, *(p for p in phrases if p not in self.phrases))
        )


Asked = tuple[Group, ...]
Synonyms = Sequence[Sequence[tuple[str, ...]]]


def read(typed: str, synonyms: Synonyms = ()) -> Asked:
    """Return what is asked for; nothing where no letter or digit was typed."""
    groups: list[Group] = []
    for index, piece in enumerate(fold(typed[:MOST_CHARACTERS]).split('"')):
        if index % 2:
            groups += _as_typed(piece)
        else:
            groups += _plain(list(chunks(piece))[:MOST_WORDS], synonyms)
    telling = [one for one in groups if one.word not in IDLE]
    return tuple((telling or groups)[:MOST_WORDS])


def any_of(asked: Asked) -> Asked:
    """Return the question of which one group is enough."""
    if not asked:
        return ()
    return (Group(tuple(dict.fromkeys(phrase for one in asked for phrase in one.phrases))),)


def _as_typed(piece: str) -> Iterator[Group]:
    """Yield what quotation marks hold: these words in this order, with the signs in them."""
    found = list(chunks(piece))
    parts = [part for chunk in found for part in parts_of(chunk)]
    signs = [chunk for chunk in found if forms_of(chunk, parts_of(chunk))]
    if len(found) > 1 or not signs:
        yield from ([Group((Phrase(tuple(parts)),))] if parts else [])
    yield from (Group((Phrase((chunk,)),)) for chunk in signs)


def _plain(found: list[str], synonyms: Synonyms) -> list[Group]:
    groups = [_group(chunk) for chunk in found]
    tokens = ["".join(parts_of(chunk)) for chunk in found]
    for start, end, phrase in (*_numbers(tokens), *_said_otherwise(found, synonyms)):
        groups[start:end] = [one.also(phrase) for one in groups[start:end]]
    return groups


def _group(chunk: str) -> Group:
    parts = parts_of(chunk)
    joined = "".join(parts)
    if len(parts) == 1 and chunk == joined:
        prefix = _may_go_on(chunk)
        others = (Phrase((one,)) for one in _singular_and_plural(chunk))
        return Group(
            (Phrase((chunk,)), *([Phrase((chunk,), prefix=True)] * prefix), *others), chunk
        )
    if len(joined) == 1:
        return Group((Phrase((chunk,)),))  # `C++` is not `C`
    whole = [Phrase((one,), prefix=True) for one in forms_of(chunk, parts)]
    word = joined if whole else ""
    return Group((*whole, Phrase(tuple(parts), prefix=bool(whole))), word)


def _may_go_on(word: str) -> bool:
    if re.search(r"\d", word):
        return len(word) > 1
    return len(word) >= SHORTEST_PREFIX and word not in WHOLE


def _singular_and_plural(word: str) -> Iterator[str]:
    """Yield the other number of an English word; its plural in -s begins with it, and is found."""
    if len(word) < 4 or not word.isascii():
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    elif word.endswith("es"):
        yield from (word[:-1], word[:-2])
    elif word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
    elif word.endswith("y"):
        yield word[:-1] + "ies"


def _numbers(tokens: list[str]) -> Iterator[tuple[int, int, Phrase]]:
    """Yield what may be one number that was typed with spaces in it."""
    for start in range(len(tokens)):
        for end in range(start + 2, min(start + JOINED, len(tokens)) + 1):
            joined = "".join(tokens[start:end])
            if re.search(r"\d", joined):
                yield start, end, Phrase((joined,), prefix=True)


def _said_otherwise(found: list[str], synonyms: Synonyms) -> Iterator[tuple[int, int, Phrase]]:
    """Yield what staff have said to mean the same."""
    for equal in synonyms:
        for one in equal:
            for start in range(len(found)):
                for end in range(start + 1, min(start + len(one), len(found)) + 1):
                    if tuple(p for chunk in found[start:end] for p in parts_of(chunk)) == one:
                        yield from ((start, end, Phrase(other)) for other in equal if other != one)


def words_in(asked: Iterable[Group]) -> list[Phrase]:
    """Return each phrase once: what is to be marked in a text."""
    return list(dict.fromkeys(phrase for one in asked for phrase in one.phrases))
