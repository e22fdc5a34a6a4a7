"""What a text that a visitor typed may not hold: signs that nobody types on purpose."""

import unicodedata

from django.core.exceptions import ValidationError

LINE_SIGNS = frozenset("\n\t")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def validate_readable(value: str) -> None:
    """Refuse NUL and other control signs, lone surrogates, and what was not valid UTF-8.

    Django puts the replacement character where bytes made no sense: storing it would keep a
    message that nobody can read and tell the sender that all is well.
    """
    for sign in value:
        if sign in LINE_SIGNS:
            continue
        if sign == REPLACEMENT or unicodedata.category(sign) in ("Cc", "Cs"):
            raise ValidationError(
                "Some characters here could not be read. Remove them or type this again",
                code="unreadable",
            )


def validate_one_line(value: str) -> None:
    """Refuse line breaks, which could start a header of their own in a mail."""
    if set(value) & LINE_SIGNS:
        raise ValidationError("Write this on one line, without tabs", code="lines")


def is_blank(value: str) -> bool:
    """Tell whether nothing of a text would be seen: only spaces and invisible signs."""
    return all(unicodedata.category(sign)[0] in "ZC" for sign in value)
