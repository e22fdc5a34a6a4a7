"""Rules for usernames and passwords."""

import re
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

username_characters = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}\Z",
    "Enter a username of 3 to 40 letters, digits, dots, hyphens or underscores, "
    "starting with a letter or digit",
)

# Names under which somebody could pose as the company or as the site itself.
RESERVED = frozenset({
    *settings.COMPANY.reserved_usernames,
    "abuse", "account", "accounts", "admin", "administrator", "billing", "company", "contact",
    "dpo", "former-staff", "help", "hostmaster", "info", "legal", "mail", "moderator", "newsletter",
    "nobody", "noreply", "no-reply", "null", "office", "official", "postmaster", "privacy", "root",
    "sales", "security", "service", "staff", "support", "system", "sysadmin", "team", "test",
    "tech-support", "webmaster", "www",
})  # fmt: skip


def username_not_reserved(username: str) -> None:
    """Refuse a username that looks like an office of the company."""
    name = username.lower()
    if name in RESERVED or name.rstrip(".-_0123456789") in RESERVED or name.startswith("erased-"):
        raise ValidationError("That username is reserved. Choose another one", code="reserved")


# Longest first, so that "systems" is not left over as "s".
COMPANY_WORDS = sorted(
    {*settings.COMPANY.password_words, "website", "webmaster", "password"},
    key=len,
    reverse=True,
)
FOREIGN_LETTERS = 4
NAME_LETTERS = 3
PERSONAL = ("username", "email", "name", "company")


def one_spelling(password: str) -> str:
    """Return a password as it is checked and hashed (RFC 8265: OpaqueString, by NFC).

    One keyboard sends é as one character, another as two. NFC changes what is written and never
    what is meant; NFKC would make two passwords that people tell apart into one.
    """
    return unicodedata.normalize("NFC", password)


def made_of(password: str, words: Iterable[str]) -> bool:
    """Tell whether a password says these words and next to nothing else.

    Digits and punctuation around them do not help ("acme-main-street-1"); four other letters do, so
    that a long passphrase may well speak of a battery.
    """
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    if not longest_first:
        return False
    pattern = "|".join(map(re.escape, longest_first))
    rest, found = re.subn(pattern, " ", one_spelling(password).lower())
    return bool(found) and sum(character.isalpha() for character in rest) < FOREIGN_LETTERS


class CompanyWordsValidator:
    """Refuses passwords made of the company's own words, which are the first that anybody tries."""

    message = "Choose another password: words such as the company’s name are tried first"

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        if made_of(password, COMPANY_WORDS):
            raise ValidationError(self.message, code="password_company_words")

    def get_help_text(self) -> str:
        """Return the rule as one sentence."""
        return "Your password can’t be made of words about this company."


class OwnNamesValidator:
    """Refuses passwords made of the person's own names, however often they are repeated.

    Django's own validator compares with one name at a time, and a name that is said three times is
    no longer like it.
    """

    message = "Choose a password that is not made of your own names"

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        names = [one_spelling(getattr(user, field, "") or "").lower() for field in PERSONAL]
        parts = {part for name in names for part in re.split(r"[\W\d_]+", name)}
        own = {part for part in {*names, *parts} if len(part) >= NAME_LETTERS}
        if made_of(password, own) or (own and made_of(password, {*own, *COMPANY_WORDS})):
            raise ValidationError(self.message, code="password_own_names")

    def get_help_text(self) -> str:
        """Return the rule as one sentence."""
        return "Your password can’t be made of your own names."
