"""Reading style sheets as far as a check needs it: which rules speak of an element, and what they say.

No cascade: whether a rule that one element follows and its twin does not wins over others is left
aside, as there should be no such rule.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from privacy.promises.page_reader import Element

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
IMPORT = re.compile(r"@import\s+(?:url\()?\s*[\"']?([^\"')\s;]+)", re.IGNORECASE)
NEVER_SEEN = re.compile(r"@media\s+(?:only\s+)?print\s*$", re.IGNORECASE)
GROUPING = ("@media", "@supports", "@layer", "@container", "@scope", "@starting-style")
PART = re.compile(
    r"(?P<tag>\*|[a-z][\w-]*)|#(?P<id>[\w-]+)|\.(?P<cls>[\w-]+)"
    r"|\[\s*(?P<attr>[\w-]+)\s*(?:(?P<op>[~|^$*]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\]\s]+)\s*(?P<flag>[is])?\s*)?\]"
    r"|(?P<element>::[\w-]+(?:\([^)]*\))?)|:(?P<pseudo>[\w-]+)(?P<open>\()?",
    re.IGNORECASE,
)
STEP = re.compile(r"([+-]?\d*)n\s*(?:([+-])\s*(\d+))?$")
MOST_STATES = 6


class UnreadableError(Exception):
    """A selector that this reader does not understand."""


@dataclass(frozen=True)
class Rule:
    """Of which elements something is said, and what, by property."""

    selector: str
    says: Mapping[str, str]
    where: tuple[str, ...] = ()
    """The questions to the screen that stand around it, all of which have to be answered with yes."""


def imports_of(css: str) -> list[str]:
    """Return what a style sheet loads besides."""
    return IMPORT.findall(COMMENT.sub("", css))


@lru_cache(maxsize=32)
def rules_in(css: str) -> tuple[Rule, ...]:
    """Return the rules of a style sheet for screens, nested ones written out."""
    return tuple(_rules(COMMENT.sub("", css), "", ()))


def _rules(text: str, parent: str, where: tuple[str, ...]) -> Iterator[Rule]:
    says: dict[str, str] = {}
    inner: list[Rule] = []
    for prelude, body in _pieces(text):
        if body is None:
            name, colon, value = prelude.partition(":")
            if colon:
                says[name.strip().lower()] = value.strip().lower()
        elif not prelude.startswith("@"):
            inner += _rules(body, _nested(prelude, parent), where)
        elif prelude.lower().startswith(GROUPING) and not NEVER_SEEN.match(prelude):
            asked = (prelude.lower(),) if prelude.lower().startswith("@media") else ()
            inner += _rules(body, parent, where + asked)
    if parent and says:
        yield Rule(parent, says, where)
    yield from inner


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield what ends with a semicolon, and blocks with what stands before them."""
    depth, start, opened, quote = 0, 0, 0, ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield " ".join(text[start:opened].split()), text[opened + 1 : place]
                start = place + 1
        elif sign == ";" and depth == 0:
            yield " ".join(text[start:place].split()), None
            start = place + 1
    if rest := " ".join(text[start:].split()):
        yield rest, None


def _nested(selector: str, parent: str) -> str:
    if not parent:
        return selector
    here = f":is({parent})"
    parts = _split(selector, ",")
    return ", ".join(p.replace("&", here) if "&" in p else f"{here} {p}" for p in parts)


def _split(text: str, sign: str) -> list[str]:
    """Split at a sign that stands in no bracket and no quotation."""
    parts, depth, quote, start = [], 0, "", 0
    for place, one in enumerate(text):
        if quote:
            quote = "" if one == quote else quote
        elif one in "\"'":
            quote = one
        elif one in "([":
            depth += 1
        elif one in ")]":
            depth -= 1
        elif one == sign and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def alternatives(selector: str) -> list[str]:
    """Return each of the selectors of which a rule has a list."""
    return [one for one in _split(selector, ",") if one]


def without_parts_of_elements(selector: str) -> str:
    """Return a selector without what it says of parts such as `::before`, or nothing."""
    return ", ".join(one for one in _split(selector, ",") if one and "::" not in one)


def states_in(selector: str) -> list[str]:
    """Return the states that a selector speaks of, such as that a pointer rests on an element."""
    names = {name.lower() for name in re.findall(r"(?<!:):([\w-]+)", selector)}
    return sorted(names - STRUCTURE)[:MOST_STATES]


def may_match(element: Element, selector: str) -> list[bool]:
    """Tell whether a selector means an element, in each combination of the states it speaks of."""
    names = states_in(selector)
    worlds = product((True, False), repeat=len(names))
    return [_any(element, selector, dict(zip(names, world, strict=True))) for world in worlds]


World = Mapping[str, bool]


def _any(element: Element, selectors: str, world: World) -> bool:
    return any(_complex(element, one, world) for one in _split(selectors, ",") if one)


@lru_cache(maxsize=4096)
def _steps(selector: str) -> tuple[tuple[str, str], ...]:
    """Return the compounds of a selector, the last first, each with what joins it to the one after."""
    spaced = _split(
        re.sub(r"\s*([>+~])(?![=])\s*(?![^\[\(]*[\]\)])", r" \1 ", selector).strip(), " "
    )
    found: list[tuple[str, str]] = []
    joint = ""
    for word in reversed([one for one in spaced if one]):
        if word in (">", "+", "~"):
            joint = word
        else:
            found.append((word, joint if found else ""))
            joint = " "
    return tuple(found)


def _complex(element: Element, selector: str, world: World) -> bool:
    return _climb(element, _steps(selector), world)


def _climb(element: Element, steps: tuple[tuple[str, str], ...], world: World) -> bool:
    (compound, _), rest = steps[0], steps[1:]
    if not _compound(element, compound, world):
        return False
    if not rest:
        return True
    return any(_climb(one, rest, world) for one in _reached(element, rest[0][1]))


def _reached(element: Element, joint: str) -> Iterator[Element]:
    before = _siblings(element)[: _place(element)]
    if joint == "+":
        yield from before[-1:]
    elif joint == "~":
        yield from before
    else:
        above = element.parent
        while above is not None and above.tag != "#page":
            yield above
            above = None if joint == ">" else above.parent


def _siblings(element: Element) -> list[Element]:
    above = element.parent
    return [one for one in above.children if isinstance(one, Element)] if above else [element]


def _place(element: Element) -> int:
    return next(i for i, one in enumerate(_siblings(element)) if one is element)


def _compound(element: Element, compound: str, world: World) -> bool:
    place = 0
    while place < len(compound):
        part = PART.match(compound, place)
        if part is None:
            raise UnreadableError(compound)
        place, inside = part.end(), ""
        if part["open"]:
            end = _closing(compound, place)
            inside, place = compound[place:end], end + 1
        if not _part(element, part, inside, world):
            return False
    return True


def _closing(text: str, place: int) -> int:
    depth = 1
    for end in range(place, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return end
    raise UnreadableError(text)


def _part(element: Element, part: re.Match[str], inside: str, world: World) -> bool:
    if part["tag"]:
        return part["tag"] == "*" or part["tag"].lower() == element.tag
    if part["id"]:
        return element.get("id") == part["id"]
    if part["cls"]:
        return part["cls"] in element.get("class").split()
    if part["attr"]:
        return _attribute(element, part)
    if part["element"]:
        return True
    return _pseudo(element, part["pseudo"].lower(), inside, world)


def _attribute(element: Element, part: re.Match[str]) -> bool:
    name = part["attr"].lower()
    if name not in element.attrs:
        return False
    if not part["op"]:
        return True
    wanted, has = part["value"].strip("\"'"), element.get(name)
    if (part["flag"] or "").lower() == "i":
        wanted, has = wanted.lower(), has.lower()
    return {
        "=": has == wanted,
        "~=": wanted in has.split(),
        "|=": has == wanted or has.startswith(f"{wanted}-"),
        "^=": bool(wanted) and has.startswith(wanted),
        "$=": bool(wanted) and has.endswith(wanted),
        "*=": bool(wanted) and wanted in has,
    }[part["op"]]


FIRST_LAST = {
    "first-child": (False, False, "1"),
    "last-child": (False, True, "1"),
    "first-of-type": (True, False, "1"),
    "last-of-type": (True, True, "1"),
    "nth-child": (False, False, ""),
    "nth-last-child": (False, True, ""),
    "nth-of-type": (True, False, ""),
    "nth-last-of-type": (True, True, ""),
}
ONLY = {"only-child": False, "only-of-type": True}
LISTS = ("is", "where", "matches", "any")
STRUCTURE = frozenset([*FIRST_LAST, *ONLY, *LISTS, "not", "has", "root", "scope", "empty"])


def _pseudo(element: Element, name: str, inside: str, world: World) -> bool:
    if name in LISTS:
        return _any(element, inside, world)
    if name == "not":
        return not _any(element, inside, world)
    if name == "has":
        return any(_has(element, one, world) for one in _split(inside, ","))
    if name in FIRST_LAST:
        of_type, from_end, formula = FIRST_LAST[name]
        return _nth(element, formula or inside, world, of_type=of_type, from_end=from_end)
    if name in ONLY:
        alike = [o for o in _siblings(element) if o.tag == element.tag or not ONLY[name]]
        return len(alike) == 1
    if name == "root":
        return element.tag == "html"
    if name == "empty":
        return not element.children
    return world.get(name, True)


def _has(element: Element, selector: str, world: World) -> bool:
    sign = selector[0] if selector[:1] in (">", "+", "~") else ""
    rest = selector[len(sign) :].strip()
    after = _siblings(element)[_place(element) + 1 :]
    below = {
        "": lambda: list(element.all()),
        ">": lambda: [one for one in element.children if isinstance(one, Element)],
        "+": lambda: after[:1],
        "~": lambda: after,
    }[sign]()
    return any(_any(one, rest, world) for one in below)


def _nth(element: Element, formula: str, world: World, *, of_type: bool, from_end: bool) -> bool:
    formula, _, among = formula.partition(" of ")
    row = [one for one in _siblings(element) if not of_type or one.tag == element.tag]
    if among:
        row = [one for one in row if _any(one, among, world)]
    row = row[::-1] if from_end else row
    places = [i for i, one in enumerate(row, 1) if one is element]
    step, start = _formula(formula.strip().lower())
    return any(_fits(place, step, start) for place in places)


def _formula(text: str) -> tuple[int, int]:
    if text in ("odd", "even"):
        return 2, 1 if text == "odd" else 0
    if re.fullmatch(r"[+-]?\d+", text):
        return 0, int(text)
    found = STEP.fullmatch(text)
    if found is None:
        raise UnreadableError(text)
    step = {"": 1, "+": 1, "-": -1}.get(found[1]) or int(found[1])
    return step, int(f"{found[2] or '+'}{found[3] or 0}")


def _fits(place: int, step: int, start: int) -> bool:
    if step == 0:
        return place == start
    return (place - start) % step == 0 and (place - start) // step >= 0
