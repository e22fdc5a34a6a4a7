"""Whether a link of a drawn mail can be seen: mails carry their look at each element.

Mail programs draw on white where nothing else is said, and a link in blue.
"""

import re
from collections.abc import Iterator

from privacy.promises.hiding_styles import chain_of, hides, hides_itself, is_meant
from privacy.promises.page_reader import Element, read
from privacy.promises.registry import require
from privacy.promises.seen_links import worded
from privacy.promises.stylesheets import Rule, rules_in

PAPER, LINK = "#ffffff", "#0000ee"
LEAST_CONTRAST = 3.0
"""Less than that of large text (WCAG 2.2, 1.4.3) is read by nobody who does not look for it."""
SMALLEST = 9.0
"""Pixels of a letter that is read."""
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
PIXELS = re.compile(r"(\d*\.?\d+)px\b")
PICTURE = re.compile(r"url\([\s\"']*(?:https?:)?//[^)]*\)")
"""A picture from elsewhere: that a mail loads it is the matter of another promise."""
NAMES = {"white": "#ffffff", "black": "#000000"}
LUMA = (0.2126, 0.7152, 0.0722)


def link_is_seen(html: str, address: str, what: str) -> None:
    """Require that a mail shows a link to an address to whoever reads it."""
    page = read(html)
    sheets = [rule for one in page.all("style") for rule in rules_in(one.raw)]
    links = [one for one in page.all("a") if one.get("href") == address]
    require(links, f"{what} stands nowhere in a drawn mail")
    seen = any(not any(_unseen(one, sheets)) for link in links for one in worded(link))
    require(seen, f"{what} is in a drawn mail where nobody sees it")


def _unseen(words: Element, sheets: list[Rule]) -> Iterator[bool]:
    """Yield, for each way in which the words of a link could escape the eye, whether they do."""
    yield any(hides_itself(one) for one in chain_of(words))
    yield any(hides(rule.says) and is_meant(words, rule) for rule in sheets)
    behind = PICTURE.sub("", _said(words, "background-color", "background")).strip() or PAPER
    yield _contrast(_said(words, "color", up_to="a") or LINK, behind) < LEAST_CONTRAST
    size = PIXELS.search(_said(words, "font-size", "font"))
    yield size is not None and float(size[1]) < SMALLEST


def _said(element: Element, *names: str, up_to: str = "") -> str:
    """Return what the nearest element says of a property; what is beyond a link gives it no colour."""
    for one in chain_of(element):
        for rule in rules_in(f"a {{{one.get('style')}}}"):
            if found := next((rule.says[name] for name in names if name in rule.says), ""):
                return found.removesuffix("!important").strip()
        if one.tag == up_to:
            break
    return ""


def _contrast(colour: str, behind: str) -> float:
    """Return how much two colours differ; nothing where one is told in a way that no mail needs."""
    light = sorted(map(_luminance, (colour, behind)))
    return 0.0 if light[0] < 0 else (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: str) -> float:
    found = HEX.fullmatch(NAMES.get(colour, colour))
    if not found:
        return -1.0
    digits = found[0][1:] if len(found[0]) > 4 else "".join(2 * one for one in found[0][1:])
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(weight * part for weight, part in zip(LUMA, linear, strict=True))
