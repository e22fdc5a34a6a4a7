"""The part of a text in which something was found, with the words marked. All of it is escaped."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from search.asked import Phrase
from search.words import fold

LOOKED_THROUGH = 30_000
"""How many characters of a text are looked through for a place to show."""
BEFORE, SHOWN = 60, 220
_PLAIN = {
    code: plain
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if len(plain := fold(chr(code))) == 1
}


def flat(text: str) -> str:
    """Return a text without capitals and accents in which every character keeps its place."""
    return text.translate(_PLAIN).lower()


@lru_cache(maxsize=256)
def pattern_of(phrases: tuple[Phrase, ...]) -> re.Pattern[str]:
    """Return what finds the words of some phrases in a flat text. Longer words come first."""
    words = {(word, phrase.prefix and at == len(phrase.words) - 1)
             for phrase in phrases for at, word in enumerate(phrase.words)}  # fmt: skip
    ordered = sorted(words, key=lambda one: (-len(one[0]), one))
    either = "|".join(_one_word(word, goes_on=goes_on) for word, goes_on in ordered)
    return re.compile(rf"(?<!\w)(?:{either})")


def _one_word(word: str, *, goes_on: bool) -> str:
    if word.isalnum() and any(sign.isdigit() for sign in word):
        # A number that is written with hyphens or spaces in it.
        written = r"[-./ ]?".join(map(re.escape, word))
    else:
        written = re.escape(word)
    if not word[-1].isalnum():
        return written
    return written + (r"\w*" if goes_on else r"(?!\w)")


def marked(text: str, phrases: Iterable[Phrase]) -> SafeString:
    """Return a whole text with what was found in it."""
    return _marked(text, _hits(text, phrases))


def excerpt(text: str, phrases: Iterable[Phrase]) -> SafeString | None:
    """Return the part around the first word that was found; None where there is none."""
    looked_at = text[:LOOKED_THROUGH]
    hits = list(_hits(looked_at, phrases))
    if not hits:
        return None
    start = _beginning_of_a_word(looked_at, hits[0][0] - BEFORE)
    end = _end_of_a_word(text, start + SHOWN)
    inside = [(a - start, b - start) for a, b in hits if b <= end]
    shown = _marked(text[start:end], inside)
    return format_html("{}{}{}", "… " if start else "", shown, " …" if end < len(text) else "")


def _hits(text: str, phrases: Iterable[Phrase]) -> Iterator[tuple[int, int]]:
    wanted = tuple(phrases)
    if wanted:
        yield from (match.span() for match in pattern_of(wanted).finditer(flat(text)))


def _marked(text: str, hits: Iterable[tuple[int, int]]) -> SafeString:
    pieces: list[SafeString] = []
    at = 0
    for start, end in hits:
        pieces.append(format_html("{}<mark>{}</mark>", text[at:start], text[start:end]))
        at = end
    pieces.append(escape(text[at:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _beginning_of_a_word(text: str, at: int) -> int:
    return text.rfind(" ", 0, at) + 1 if at > 0 else 0


def _end_of_a_word(text: str, at: int) -> int:
    found = text.find(" ", at) if at < len(text) else -1
    return len(text) if found < 0 else found
