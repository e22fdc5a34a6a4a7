"""Labels of list items: what stands before an item when it is no bullet."""

import re

_ROMAN = (
    ("m", 1000), ("cm", 900), ("d", 500), ("cd", 400), ("c", 100), ("xc", 90), ("l", 50),
    ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1),
)  # fmt: skip
DECIMAL = re.compile(r"(\d{1,9})\.")
LABEL = re.compile(r"\(?([a-z]|[ivxlc]{1,7}|[A-Z]|[IVXLC]{1,7}|\d{1,3})\)|\(?([a-z])[.)](?=\s)")


def letters(number: int) -> str:
    """Write a number as a, b and, after z, aa and ab."""
    written = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        written = chr(ord("a") + rest) + written
    return written


def repeated_letters(number: int) -> str:
    """Write a number as a, b and, after z, aa and bb, as word processors do."""
    times, rest = divmod(number - 1, 26)
    return chr(ord("a") + rest) * (times + 1)


def roman(number: int) -> str:
    """Write a number as i, ii, iii and iv."""
    written = ""
    for sign, value in _ROMAN:
        times, number = divmod(number, value)
        written += sign * times
    return written


def written(number: int, kind: str) -> str:
    """Write a number as HTML's `type` says: 1, a, A, i or I."""
    if number < 1 or kind not in ("a", "A", "i", "I"):
        return str(number)
    text = letters(number) if kind.lower() == "a" else roman(number)
    return text.upper() if kind.isupper() else text


def follows(before: str, label: str) -> bool:
    """Tell whether one label comes next after another: (h) and (i), (ii) and (iii), 4. and 5."""
    old, new = _core(before), _core(label)
    if before.replace(old, "") != label.replace(new, ""):
        return False
    if old.isdigit() or new.isdigit():
        return old.isdigit() and new.isdigit() and int(new) == int(old) + 1
    if old.isupper() != new.isupper():
        return False
    old, new = old.lower(), new.lower()
    return any(after.get(old) == new for after in _NEXT)


def is_first(label: str) -> bool:
    """Tell whether a label begins a list."""
    return _core(label) in ("a", "A", "i", "I", "1")


def _core(label: str) -> str:
    return label.strip("().")


_NEXT = [
    {write(number): write(number + 1) for number in range(1, 200)} for write in (letters, roman)
]
