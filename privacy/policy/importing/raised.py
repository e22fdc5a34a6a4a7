"""Raised and lowered signs: 10² must not become 102.

Markdown has none, but Unicode has the most common ones as characters. What cannot be written so is
the caller's to refuse.
"""

RAISED = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
LOWERED = dict(zip("0123456789+-−=()aeox", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓ", strict=True))
# They mean the same on the line.
_AS_THEY_ARE = frozenset("*†‡§¶®©™℠.,;:/ ")
_WORDS = {"TM": "™", "SM": "℠"}
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "re", "e", "ème", "o", "a", "os", "as"})


def raised(text: str) -> str | None:
    """Return raised text as characters, None where there are none for it."""
    word = _WORDS.get(text.strip().upper())
    if word or text.strip() in _ORDINALS:
        return word or text
    return _written(text, RAISED)


def lowered(text: str) -> str | None:
    """Return lowered text as characters, None where there are none for it."""
    return _written(text, LOWERED)


def _written(text: str, signs: dict[str, str]) -> str | None:
    if not all(sign in signs or sign in _AS_THEY_ARE for sign in text):
        return None
    return "".join(signs.get(sign, sign) for sign in text)
