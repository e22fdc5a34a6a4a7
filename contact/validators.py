"""What a text that a visitor typed may not hold: signs that nobody types on purpose."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode

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


def validate_address(value: str) -> None:
    """Refuse what no mail program would take as an address.

    Quoted names and numeric hosts are allowed by the standard and used by nobody but attackers;
    a domain that cannot be encoded would only fail later, when the mail is built.
    """
    validate_email(value)
    try:
        punycode(value.rpartition("@")[2])
    except UnicodeError:
        encodable = False
    else:
        encodable = True
    if not encodable or '"' in value or "[" in value:
        raise ValidationError(validate_email.message, code="invalid")


def is_blank(value: str) -> bool:
    """Tell whether nothing of a text would be seen: only spaces and invisible signs."""
    return all(unicodedata.category(sign)[0] in "ZC" for sign in value)
