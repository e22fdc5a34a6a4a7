"""Whether a link that the policy promises on every page can be seen there, at every width of a screen.

A page that holds a link and a style that hides it is a page without the link for whoever looks at it.
Print is left out: paper leads nowhere.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from operator import ge, gt, le, lt
from urllib.parse import urljoin, urlsplit

from privacy.promises.page_reader import Element
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.stylesheets import (
    Rule,
    UnreadableError,
    imports_of,
    may_match,
    rules_in,
)

AWAY = re.compile(r"-\d{3,}|-\d\d+r?em")
AWAY_BY = frozenset(
    [
        *("left", "right", "top", "bottom", "inset", "text-indent", "transform", "translate"),
        *("margin", "margin-left", "margin-top", "margin-inline", "margin-block"),
    ]
)
HIDING = frozenset(["hidden", "inert", "aria-hidden"])
LEFT_OPEN = frozenset(["false", "until-found"])
ZERO = re.compile(r"^0*\.?0*(?:px|r?em|%|vw|vh)?$|^1px$")
SCALED_AWAY = re.compile(r"(?:scale(?:3d|x|y)?|opacity)\(\s*0(?:\.0*)?%?\s*[,)]")
FAINT = 0.5
"""Below which part of its colour nobody reads a word."""
SIZES = frozenset(
    "width height max-width max-height inline-size block-size font-size font scale zoom".split()  # noqa: SIM905 - reads best
)
SAYING_NOTHING = {
    "display": ("none",),
    "visibility": ("hidden", "collapse"),
    "content-visibility": ("hidden",),
    "color": ("transparent", "#0000", "#00000000", "canvas"),
    "pointer-events": ("none",),
    "clip": ("rect(",),
    "clip-path": ("inset(", "circle(", "polygon(", "ellipse(", "path(", "url("),
    "mask": ("linear", "url(", "radial"),
    "mask-image": ("linear", "url(", "radial"),
}
"""Values, or how they begin, by which an element is there for nobody."""
SIGNS = {"<": lt, "<=": le, ">": gt, ">=": ge}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
PIXELS = {"px": 1.0, "rem": 16.0, "em": 16.0}
LENGTH = r"(\d*\.?\d+)(px|r?em)"
COMPARED = re.compile(rf"width\s*([<>]=?)\s*{LENGTH}|{LENGTH}\s*([<>]=?)\s*width")
NAMED = re.compile(rf"(min|max)-width\s*:\s*{LENGTH}")
WIDTHS = (320.0, 768.0, 1280.0, 2560.0)
"""A telephone, a tablet, a laptop, a large screen; beside them, what stands in the style sheet."""


def styles_of(site: RunningSite, page: Answer) -> tuple[Rule, ...]:
    """Return the rules that a page is drawn by, from the style sheets as they are served."""
    found: list[Rule] = []
    for one in page.page.all("style"):
        found += rules_in(one.raw)
    addresses = [
        urljoin(page.path, link.get("href"))
        for link in page.page.all("link")
        if "stylesheet" in link.get("rel").lower().split() and link.get("media") != "print"
    ]
    for address in addresses:
        answer = site.get(urlsplit(address).path)
        require(answer.status == 200, f"the style sheet {address} answers {answer.status}")
        found += rules_in(answer.text)
        imported = (urljoin(address, more) for more in imports_of(answer.text))
        addresses += [one for one in imported if one not in addresses]
    require(found, f"{page.path} has no style sheet")
    return tuple(found)


def hides(says: Mapping[str, str]) -> bool:
    """Tell whether what a rule says leaves nothing to be seen."""
    for name, value in says.items():
        said = value.removesuffix("!important").strip()
        if said.startswith(SAYING_NOTHING.get(name, "\0")):
            return True
        if (name in SIZES and ZERO.match(said)) or SCALED_AWAY.search(said):
            return True
        if name in AWAY_BY and AWAY.search(said):
            return True
        if name == "opacity" and re.fullmatch(r"[\d.]+%?", said):
            faint = float(said.rstrip("%")) / (100 if said.endswith("%") else 1)
            if faint < FAINT:
                return True
    colour, behind = says.get("color"), says.get("background-color") or says.get("background")
    return colour is not None and colour == behind


def _comparisons(query: str) -> Iterator[tuple[str, float]]:
    """Yield by which signs, and with how many pixels, a question compares the width."""
    for sign, number, unit, other, its_unit, turned in COMPARED.findall(query):
        yield sign or TURNED[turned], float(number or other) * PIXELS[unit or its_unit]
    for which, number, unit in NAMED.findall(query):
        yield (">=" if which == "min" else "<="), float(number) * PIXELS[unit]


def may_apply(rule: Rule, width: float) -> bool:
    """Tell whether a rule may hold on a screen of some width; all else that is asked may be so."""
    return all(
        any(
            " not " in one or all(SIGNS[sign](width, than) for sign, than in _comparisons(one))
            for one in question.split(",")
        )
        for question in rule.where
    )


def chain_of(element: Element) -> Iterator[Element]:
    """Yield an element and all around it, from the inside."""
    above: Element | None = element
    while above is not None and above.tag != "#page":
        yield above
        above = above.parent


def is_meant(element: Element, rule: Rule) -> bool:
    """Tell whether a rule speaks of an element or of something around it."""
    # What stands in no popover is in none that is open.
    in_popover = any("popover" in one.attrs for one in chain_of(element))
    if ":popover-open" in rule.selector and not in_popover:
        return False
    try:
        return any(any(may_match(one, rule.selector)) for one in chain_of(element))
    except UnreadableError:
        return False  # how the banner looks is judged by all rules, and says so


def _whole(page: Answer) -> Element:
    return page.page


def footer_of(page: Answer) -> Element | None:
    return page.page.first("footer")


def are_seen(
    site: RunningSite,
    pages: tuple[Answer, ...],
    *addresses: str,
    inside: Callable[[Answer], Element | None] = _whole,
) -> None:
    """Require of pages, or of a part of each, that a link to each address is seen at every width."""
    known: set[object] = set()
    for page in pages:
        sheets = tuple(
            one.get("href") for one in page.page.all("link") if one.get("rel") == "stylesheet"
        )
        part = inside(page)
        links = list(part.all("a")) if part else []
        for address in addresses:
            found = [one for one in links if one.get("href") == address]
            kind = (address, sheets, *(tuple(map(_place, chain_of(one))) for one in found))
            if kind not in known:
                known.add(kind)
                _is_seen(site, page, f"the link to {address}", found)


def worded(element: Element) -> Iterator[Element]:
    """Yield of a link or a button what its words stand in: the thing itself, or what is within it."""
    for one in (element, *element.all()):
        if one.raw.strip() or (one is element and one.tag == "input" and one.get("value")):
            yield one


def button_is_seen(
    site: RunningSite, page: Answer, form: Element | None, what: str, *, value: str = ""
) -> None:
    """Require of a form that a button which sends it, or sends this value, is seen at every width."""
    buttons = [
        one
        for one in (form.all("button", "input") if form else ())
        if (one.get("type") or "submit") == "submit"
        and "disabled" not in one.attrs
        and value in ("", one.get("value"))
        and (one.tag == "button" or one.get("type"))
    ]
    require(buttons, f"on {page.path} no button stands by which to {what}")
    _is_seen(site, page, f"the button to {what}", buttons)


def _place(element: Element) -> tuple[object, ...]:
    """Name what decides on whether a rule means an element: what it is, and where it stands."""
    siblings = (
        [one for one in element.parent.children if isinstance(one, Element)]
        if element.parent
        else []
    )
    place = next((n for n, one in enumerate(siblings) if one is element), 0)
    return element.tag, *sorted(element.attrs.items()), place, len(siblings)


def _is_seen(site: RunningSite, page: Answer, what: str, links: list[Element]) -> None:
    hiding = [rule for rule in styles_of(site, page) if hides(rule.says)]
    turning = {than for rule in hiding for one in rule.where for _, than in _comparisons(one)}
    words = [one for link in links for one in worded(link)]
    shown = [one for one in words if not any(map(hides_itself, chain_of(one)))]
    meant = [[rule for rule in hiding if is_meant(one, rule)] for one in shown]
    for width in sorted(
        {*WIDTHS, *turning, *(one - 1 for one in turning), *(one + 1 for one in turning)}
    ):
        seen = any(not any(may_apply(rule, width) for rule in rules) for rules in meant)
        require(
            seen,
            f"on {page.path} {what} is not seen where a screen is {width:g} px wide",
        )


def hides_itself(element: Element) -> bool:
    """Tell whether an element hides itself, by an attribute or a style of its own."""
    said = {name for name in HIDING & set(element.attrs) if element.get(name) not in LEFT_OPEN}
    own = rules_in(f"a {{{element.get('style')}}}") if element.get("style") else ()
    return bool(said) or any(hides(rule.says) for rule in own)
