"""What a Word document says apart from its text: its styles and the labels of its numbering."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from privacy.policy.importing.findings import ImportRefused
from privacy.policy.importing.numerals import repeated_letters, roman

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("0", "false", "off")
_PLACEHOLDER = re.compile(r"%([1-9])")


def val(element: ET.Element | None, default: str = "") -> str:
    """Return the value of a property."""
    return default if element is None else element.get(f"{W}val", default)


def is_on(element: ET.Element | None) -> bool | None:
    """Tell whether a property is on; None where nothing is said of it."""
    return None if element is None else val(element, "1") not in _OFF


class Styles:
    """The styles of a document, each with those that it is based on."""

    def __init__(self, root: ET.Element | None) -> None:
        found = root.iter(f"{W}style") if root is not None else ()
        self._styles = {style.get(f"{W}styleId", ""): style for style in found}

    def chain(self, style_id: str) -> Iterator[ET.Element]:
        """Yield a style, then the one that it is based on, and so on."""
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            style = self._styles[style_id]
            yield style
            style_id = val(style.find(f"{W}basedOn"))

    def names(self, style_id: str) -> list[str]:
        """Return the names of a style and of those that it is based on."""
        return [val(style.find(f"{W}name")).lower() for style in self.chain(style_id)]

    def on(self, name: str, *places: ET.Element | None, styles: tuple[str, ...]) -> bool:
        """Tell whether a property of characters is on: said at the run, or by a style."""
        said = [is_on(place.find(W + name)) for place in places if place is not None]
        for style_id in styles:
            said += [is_on(style.find(f"{W}rPr/{W}{name}")) for style in self.chain(style_id)]
        return next((one for one in said if one is not None), False)

    def heading_level(self, properties: ET.Element | None, style_id: str) -> int | None:
        """Return the level of a heading, 0 for the title of the text, None for other text."""
        names = self.names(style_id)
        if "title" in names:
            return 0
        for name in names:
            match = re.fullmatch(r"heading ([1-9])", name)
            if match:
                return min(6, int(match[1]))
        own = properties.find(f"{W}outlineLvl") if properties is not None else None
        outline = [own, *(s.find(f"{W}pPr/{W}outlineLvl") for s in self.chain(style_id))]
        level = val(next((one for one in outline if one is not None), None), "9")
        return min(6, int(level) + 1) if level in "012345678" else None


class Numbering:
    """The labels of numbered paragraphs, as Word counts them."""

    def __init__(self, root: ET.Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, ET.Element] = {}
        self._numbers: dict[str, ET.Element] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        if root is not None:
            self._abstract = {
                a.get(f"{W}abstractNumId", ""): a for a in root.iter(f"{W}abstractNum")
            }
            self._numbers = {n.get(f"{W}numId", ""): n for n in root.iter(f"{W}num")}

    def next(self, properties: ET.Element | None, style_id: str) -> tuple[int, str] | None:
        """Count a paragraph; return its level and its label, "" for a bullet, None if it has none."""
        number_id, level = self._place(properties, style_id)
        number = self._numbers.get(number_id)
        if number is None:
            return None
        abstract_id = val(number.find(f"{W}abstractNumId"))
        abstract = self._linked(self._abstract.get(abstract_id))
        if abstract is None:
            return None
        levels = {
            int(one.get(f"{W}ilvl", "0")): one
            for one in [*abstract.iter(f"{W}lvl"), *number.iterfind(f"{W}lvlOverride/{W}lvl")]
        }
        counts = self._counts.setdefault(abstract_id, {})
        if number_id not in self._begun:
            self._begun.add(number_id)
            for override in number.iterfind(f"{W}lvlOverride"):
                start = override.find(f"{W}startOverride")
                if start is not None:
                    counts[int(override.get(f"{W}ilvl", "0"))] = int(val(start, "1")) - 1
        self._count(counts, level, levels)
        return level, _label(level, levels, counts)

    def _place(self, properties: ET.Element | None, style_id: str) -> tuple[str, int]:
        own = properties.find(f"{W}numPr") if properties is not None else None
        found = [own, *(s.find(f"{W}pPr/{W}numPr") for s in self._styles.chain(style_id))]
        places = [one for one in found if one is not None]
        ids = [val(one.find(f"{W}numId")) for one in places if one.find(f"{W}numId") is not None]
        levels = [val(one.find(f"{W}ilvl")) for one in places if one.find(f"{W}ilvl") is not None]
        return next(iter(ids), ""), int(next(iter(levels), "0"))

    def _linked(self, abstract: ET.Element | None) -> ET.Element | None:
        """A numbering may stand in a style, to which this one only points."""
        link = val(abstract.find(f"{W}numStyleLink")) if abstract is not None else ""
        for style in self._styles.chain(link):
            number = self._numbers.get(val(style.find(f"{W}pPr/{W}numPr/{W}numId")))
            if number is not None:
                return self._abstract.get(val(number.find(f"{W}abstractNumId")))
        return abstract

    def _count(self, counts: dict[int, int], level: int, levels: dict[int, ET.Element]) -> None:
        for above in range(level + 1):
            counts.setdefault(above, _start(levels.get(above)) - (above == level))
        counts[level] += 1
        for below in [one for one in counts if one > level]:
            restart = levels[below].find(f"{W}lvlRestart") if below in levels else None
            if val(restart, "1") != "0":
                del counts[below]


def _start(level: ET.Element | None) -> int:
    return int(val(level.find(f"{W}start"), "1")) if level is not None else 1


def _label(level: int, levels: dict[int, ET.Element], counts: dict[int, int]) -> str:
    own = levels.get(level)
    if own is None or val(own.find(f"{W}numFmt")) == "bullet":
        return ""
    as_decimal = is_on(own.find(f"{W}isLgl"))

    def written(match: re.Match[str]) -> str:
        number = int(match[1]) - 1
        of = levels.get(number)
        kind = val(of.find(f"{W}numFmt"), "decimal") if of is not None else "decimal"
        return _written(counts.get(number, 1), "decimal" if as_decimal else kind)

    return " ".join(_PLACEHOLDER.sub(written, val(own.find(f"{W}lvlText"))).split())


def _written(number: int, kind: str) -> str:
    if kind == "none":
        return ""
    if kind == "decimal" or number < 1:
        return str(number)
    if kind == "decimalZero":
        return f"{number:02}"
    text = {
        "lowerLetter": repeated_letters,
        "upperLetter": repeated_letters,
        "lowerRoman": roman,
        "upperRoman": roman,
    }.get(kind)
    if text is None:
        raise ImportRefused(
            f"The document numbers paragraphs as “{kind}”. Number them by figures, letters or Roman "
            "numerals, then import it again."
        )
    return text(number).upper() if kind.startswith("upper") else text(number)
