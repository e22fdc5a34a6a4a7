"""What a style sheet hides: which rules leave nothing to be seen, at which widths, and of which elements.

Print is left out: what is promised is read on a screen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import ge, gt, le, lt

from privacy.promises.page_reader import Element
from privacy.promises.stylesheets import Rule, UnreadableError, may_match, rules_in

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
OF_GROUNDS = frozenset(["--paper", "--wash", "--night"])
VARIABLES = frozenset(f"var({one})" for one in OF_GROUNDS)
GROUNDS = VARIABLES | frozenset(
    [
        *("#fff", "#ffff", "#ffffff", "#ffffffff", "white", "canvas", "#0f171b", "#162127"),
    ]
)
"""Colours of what words stand on, as they are named or are on light and on dark screens."""
ARM = re.compile(r"^light-dark\((.*),([^,]*)\)$")
CLEAR = re.compile(
    r"^(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(.*(?:/|(?:,[^,]*){2},)\s*(?P<clear>[\d.]+%?)\s*\)$"
)
"""A colour with how much of it there is."""
MIXED = re.compile(r"^color-mix\(.*\)$")
NOT_DRAWN = frozenset(
    ["audio", "canvas", "datalist", "iframe", "noscript", "object", "template", "video"]
)
"""What stands in these is drawn by no browser that draws the rest of the page."""
SIGNS = {"<": lt, "<=": le, ">": gt, ">=": ge}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
PIXELS = {"px": 1.0, "rem": 16.0, "em": 16.0}
LENGTH = r"(\d*\.?\d+)(px|r?em)"
COMPARED = re.compile(rf"width\s*([<>]=?)\s*{LENGTH}|{LENGTH}\s*([<>]=?)\s*width")
NAMED = re.compile(rf"(min|max)-width\s*:\s*{LENGTH}")
WIDTHS = (320.0, 768.0, 1280.0, 2560.0)
"""A telephone, a tablet, a laptop, a large screen; beside them, what stands in the style sheet."""


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
        if name == "opacity" and re.fullmatch(r"[\d.]+%?", said) and _share(said) < FAINT:
            return True
    colour, behind = says.get("color"), says.get("background-color") or says.get("background")
    return colour is not None and colour == behind


def hides_words(says: Mapping[str, str]) -> bool:
    """Tell whether what a rule of the site's own says leaves no words to be read.

    A mail says at each element on what it stands, and what its colours come to is measured there.
    """
    for name, value in says.items():
        if name.startswith("--") and name not in OF_GROUNDS and value in VARIABLES:
            return True
    colour, behind = says.get("color"), says.get("background-color") or says.get("background")
    return hides(says) or (colour is not None and _is_pale(colour, on_its_own=bool(behind)))


def _share(number: str) -> float:
    return float(number.rstrip("%")) / (100 if number.endswith("%") else 1)


def _is_pale(colour: str, *, on_its_own: bool) -> bool:
    """Tell whether words of a colour are not seen: it is clear, or that of the ground on some screen."""
    said = colour.removesuffix("!important").strip()
    if arms := ARM.match(said):
        return any(_is_pale(one.strip(), on_its_own=on_its_own) for one in arms.groups())
    if clear := CLEAR.match(said):
        return _share(clear["clear"]) < FAINT
    if MIXED.match(said):
        mixed = [one.split() for one in re.split(r",(?![^(]*\))", said[10:-1])[1:]]
        shares = {words[0]: _share(words[-1]) for words in mixed if words[-1].endswith("%")}
        away = [words[0] for words in mixed if words[0] in GROUNDS | {"transparent"}]
        return any(
            shares.get(one, 1 - sum(shares.values()) if shares else FAINT) > FAINT for one in away
        )
    return said in GROUNDS and not on_its_own


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


def widths_to_try(rules: Iterable[Rule]) -> list[float]:
    """Return the usual widths of screens, and those at which one of some rules begins or ends."""
    turning = {than for rule in rules for one in rule.where for _, than in _comparisons(one)}
    return sorted({*WIDTHS, *turning, *(one - 1 for one in turning), *(one + 1 for one in turning)})


def _is_closed(element: Element) -> bool:
    """Tell whether an element is shown only once it is opened, and nothing on its page opens it."""
    if element.tag == "dialog":
        return "open" not in element.attrs
    if "popover" not in element.attrs:
        return False
    *_, whole = _up_to_the_page(element)
    buttons = whole.all("button", "input")
    return element.get("id") not in {
        one.get("popovertarget") or one.get("commandfor") for one in buttons
    } - {""}


def _up_to_the_page(element: Element) -> Iterator[Element]:
    above: Element | None = element
    while above is not None:
        yield above
        above = above.parent


def hides_itself(element: Element, by: frozenset[str] = HIDING) -> bool:
    """Tell whether an element hides itself: by what it is, by an attribute or a style of its own."""
    said = {name for name in by & set(element.attrs) if element.get(name) not in LEFT_OPEN}
    if element.tag in NOT_DRAWN or _is_closed(element):
        return True
    own = rules_in(f"a {{{element.get('style')}}}") if element.get("style") else ()
    return bool(said) or any(hides(rule.says) for rule in own)
