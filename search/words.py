"""How a text becomes words: one analysis for what is indexed and for what is asked, on each database.

Neither database is left to cut words by itself: SQLite and PostgreSQL would find different things,
and both would take `C++` for `C` and `A1C-24` for two numbers. They are given words that are ready.
"""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 64
"""How many characters of a word count."""
# Nobody types these: soft hyphens, joiners, marks of direction.
_UNSEEN = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
)
_OTHER_LETTERS = _UNSEEN | str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
})  # fmt: skip
# Written without spaces between words: each sign counts as a word of its own.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PART = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")
# From the first letter or digit to the last, and the signs that end a name such as C++.
_CHUNK = re.compile(r"[^\W_](?:\S*[^\W_])?[+#]*")


def clean(text: str) -> str:
    """Return a text that both databases can store: without NUL, and without halves of characters."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """Return a text without capitals, accents and invisible characters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = decomposed.translate(_OTHER_LETTERS)
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def chunks(text: str) -> Iterator[str]:
    """Yield what stands between spaces in a folded text, without the punctuation around it."""
    for match in _CHUNK.finditer(text):
        yield match[0]


def parts_of(chunk: str) -> list[str]:
    """Return the letters and digits of something in a row, cut at all other signs."""
    return [part[:LONGEST] for part in _PART.findall(chunk)]


def forms_of(chunk: str, parts: list[str]) -> list[str]:
    """Return what else stands for words with signs in them: as typed, and in one piece."""
    joined = "".join(parts)
    if chunk == joined:
        return []
    forms = [chunk] if len(chunk) <= LONGEST else []
    if len(parts) > 1 and len(joined) <= LONGEST:
        forms.append(joined)
    return forms


def words_of(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text in their order, and the other forms of those with signs."""
    in_order: list[str] = []
    forms: list[str] = []
    for chunk in chunks(fold(text)):
        parts = parts_of(chunk)
        in_order += parts
        forms += forms_of(chunk, parts)
    return in_order, forms


def squeezed(text: str) -> str:
    """Return a number without whatever people write between its digits: `A1C-24` is `a1c24`."""
    return "".join(parts_of(fold(text)))[:LONGEST]


def is_one_edit(one: str, other: str) -> bool:
    """Tell whether a letter too many, too few, wrong, or two in the wrong order make the difference."""
    if len(one) > len(other):
        one, other = other, one
    if one == other or len(other) - len(one) > 1:
        return False
    at = 0
    while at < len(one) and one[at] == other[at]:
        at += 1
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
