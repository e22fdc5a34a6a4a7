"""Telephone numbers as addresses (RFC 3966), and found in a text."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - adds links to safe HTML

NORTH_AMERICA = frozenset({"US", "CA"})
LENGTH_THERE = 10
_TAGS = re.compile(r"(<a\b.*?</a>|<[^>]*>)", re.DOTALL)


def address_of(number: str) -> str:
    """Return where a number leads: with the code of the country where we know it."""
    digits = "".join(sign for sign in number if sign.isdecimal())
    if number.lstrip().startswith("+"):
        return f"tel:+{digits}"
    if len(digits) == LENGTH_THERE and settings.COMPANY.country_code in NORTH_AMERICA:
        return f"tel:+1{digits}"
    return f"tel:{digits}"


def numbers() -> list[str]:
    """Return the numbers of the company and its departments that somebody answers."""
    company = settings.COMPANY
    own = [one.phone for one in company.departments if one.phone]
    return list(dict.fromkeys([company.phone, company.toll_free, *own]))


def with_links(html: SafeString, called: Iterable[str]) -> SafeString:
    """Return HTML in which these numbers lead to themselves, where they are no link yet."""
    spelled = {str(escape(number)): address_of(number) for number in called}
    known = re.compile("|".join(map(re.escape, sorted(spelled, key=len, reverse=True))))
    parts = _TAGS.split(html)
    # What stands between tags is every second part.
    parts[::2] = [
        known.sub(lambda found: f'<a href="{spelled[found[0]]}">{found[0]}</a>', part)
        for part in parts[::2]
    ]
    return mark_safe("".join(parts))
