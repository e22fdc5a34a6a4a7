"""What no text that somebody typed may hold, and the words in which each form says so."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator

OPTIONAL = " (optional)"
LINE_BREAKS = frozenset("\r\n")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def words_for(label: str, limit: int | None = None) -> dict[str, str]:
    """Return what is said of the field with this label, by the code of the mistake."""
    words = {
        "unreadable": f"{label} holds characters that cannot be read. Remove them or type it again",
        "lines": f"{label} must be on one line",
    }
    return words if limit is None else words | {"max_length": too_long(label, limit)}


def too_long(label: str, limit: int) -> str:
    return f"{label} must be {limit:,} characters or fewer"


def refuse_unreadable(value: str) -> None:
    """Refuse NUL and its kind, which databases, mail headers and logs choke on.

    Lone surrogates cannot be stored. Django puts the replacement character where bytes made no
    sense: to store it would keep what nobody can read and tell the sender that all is well.
    """
    for sign in value:
        if sign in LINE_BREAKS or sign == "\t":
            continue
        if sign == REPLACEMENT or unicodedata.category(sign) in ("Cc", "Cs"):
            raise ValidationError(words_for("This text")["unreadable"], code="unreadable")


def refuse_line_breaks(value: str) -> None:
    """Refuse line breaks in what has one line: they could start a header of their own in a mail."""
    if LINE_BREAKS & set(value):
        raise ValidationError(words_for("This text")["lines"], code="lines")


def is_unseen(sign: str) -> bool:
    """Tell whether a sign leaves no mark: spaces, controls, marks of direction, what is not assigned."""
    return unicodedata.category(sign)[0] in "ZC"


def is_blank(value: str) -> bool:
    """Tell whether nothing of a text would be seen."""
    return all(map(is_unseen, value))


def limit_length(field: forms.Field, characters: int) -> None:
    """Limit a field that another package made without a limit. Hashing a book takes its time."""
    field.max_length = characters  # type: ignore[attr-defined]  # only a CharField has it
    field.validators.append(MaxLengthValidator(characters))


def guard(field: forms.CharField, label: str) -> None:
    """Make a field refuse all this, in our words where it has none of its own. Twice is once."""
    ours = [refuse_unreadable]
    if not isinstance(field.widget, forms.Textarea):
        ours.append(refuse_line_breaks)
    others = [
        validator
        for validator in field.validators
        if validator not in ours and not isinstance(validator, ProhibitNullCharactersValidator)
    ]
    field.validators = [*others, *ours]
    words = words_for(label.removesuffix(OPTIONAL), field.max_length)
    field.error_messages = {**words, **field.error_messages}
