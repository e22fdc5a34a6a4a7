"""Rules for usernames and passwords."""

import re

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
_COMPANY_WORD = re.compile("|".join(COMPANY_WORDS))
FOREIGN_LETTERS = 4


class CompanyWordsValidator:
    """Refuses passwords made of the company's own words, which are the first that anybody tries.

    Digits and punctuation around them do not help ("acme-main-street-1"); four other letters do, so
    that a long passphrase may well speak of a battery.
    """

    message = (
        "Choose a password that is not made of words that are guessed first, as the company’s are"
    )

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        rest, found = _COMPANY_WORD.subn(" ", password.lower())
        if found and sum(character.isalpha() for character in rest) < FOREIGN_LETTERS:
            raise ValidationError(self.message, code="password_company_words")

    def get_help_text(self) -> str:
        """Return the rule as one sentence."""
        return "Your password can’t be made of words about this company."
