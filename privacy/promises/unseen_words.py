"""Reading a page as people see it: what a style hides, on some screens or on all, says nothing.

So whatever promise rests on words of a page turns red when they are there and nobody sees them. The
rules below hide something on purpose, and something else says the same, or it is no words.
"""

import re
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from privacy.promises.hiding_styles import (
    NOT_DRAWN,
    hides_itself,
    hides_words,
    is_meant,
    may_apply,
    widths_to_try,
)
from privacy.promises.page_reader import Page, read, read_anew
from privacy.promises.stylesheets import (
    Rule,
    alternatives,
    rules_in,
    without_parts_of_elements,
)

Sheets = MutableMapping[str, tuple[str, ...]]
"""Of each style sheet, by its path, the selectors that hide something."""
KNOWN = frozenset({
    ("#menu ul ul", "@media (width<80rem)"),
    (".menu>button", "@media (width>=80rem)"),
    ("#menu>button", "@media (width>=80rem)"),
    ("body:has(:is(main,footer) :focus-visible) nav :popover-open", ""),
    (".visually-hidden:not(:focus)", ""),
    (".policy b", "@media (width<80rem)"),
    (".policy i", "@media (width>=80rem)"),
    (".fold summary", "@media (width>=60rem)"),
    (".trap", ""),
    (".lines thead", "@media (width<40rem)"),
})  # fmt: skip
"""Menus that open, words for screen readers, states of promises beside the text, a trap for programs,
the heads of columns where each cell says its own."""
OF_THE_DESK = ("/admin/", "css/admin")
"""Sheets of the desk. Django's own hide much that its scripts show."""
BY_ITSELF = frozenset(["hidden"])
"""What is hidden from machines alone (`aria-hidden`), or cannot be touched, is read all the same."""
MAY_HIDE = re.compile(
    rf"\s(?:hidden|style)\b|<(?:dialog|{'|'.join(sorted(NOT_DRAWN))})\b", re.IGNORECASE
)


def as_seen(text: str, sheets: Sheets, fetch: Callable[[str], str]) -> Page:
    """Read a page, with what its style sheets or its own elements hide marked as unseen."""
    page = read(text)
    selectors: list[str] = []
    for link in page.all("link"):
        path = urlsplit(link.get("href")).path
        if (
            link.get("rel").lower() == "stylesheet"
            and path.startswith(settings.STATIC_URL)
            and not any(one in path for one in OF_THE_DESK)
        ):
            if path not in sheets and (css := fetch(path)):
                sheets[path] = selectors_that_hide(css)
            selectors += sheets.get(path, ())
    if not selectors and not MAY_HIDE.search(text):
        return page
    return _marked(text, tuple(selectors))


def selectors_that_hide(css: str) -> tuple[str, ...]:
    """Return of which elements a style sheet leaves nothing to be seen, beside what is known."""
    each = (
        replace(rule, selector=one)
        for rule in rules_in(css)
        if hides_words(rule.says)
        for one in alternatives(rule.selector)
    )
    rules = [rule for rule in each if _name(rule) not in KNOWN]
    widths = widths_to_try(rules)
    met = [rule for rule in rules if any(may_apply(rule, width) for width in widths)]
    found = (without_parts_of_elements(rule.selector) for rule in met)
    return tuple(one for one in found if one)


def _name(rule: Rule) -> tuple[str, str]:
    """Return by what a rule is known, written as tightly as where it is made smaller."""
    selector = re.sub(r"\s*([>,])\s*", r"\1", rule.selector)
    return selector, re.sub(r"\s*([<>]=?)\s*", r"\1", " ".join(rule.where))


@lru_cache(maxsize=64)
def _marked(text: str, selectors: tuple[str, ...]) -> Page:
    page = read_anew(text)
    rules = [Rule(one, {}) for one in selectors]
    for element in page.all():
        element.unseen = (
            (element.parent is not None and element.parent.unseen)
            or hides_itself(element, BY_ITSELF)
            or any(is_meant(element, rule) for rule in rules)
        )
    return page
