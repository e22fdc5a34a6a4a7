"""What only pages that Word saved hold: lists in paragraphs, titles, contents, comments.

Word writes an item as a paragraph whose label is text, inside `<![if !supportLists]>`. A page
saved as "filtered" has lost all but the label and the narrow spaces behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from privacy.policy.importing.document import Listed, Runs
from privacy.policy.importing.html_tree import Node

_LEVEL = re.compile(r"\blevel(\d)")
_LENGTH = re.compile(r"(-?[\d.]+)(in|pt|cm|mm)")
_POINTS = {"in": 72.0, "pt": 1.0, "cm": 72 / 2.54, "mm": 72 / 25.4}
_INDENT = 36.0  # points for each level, as Word sets it
_BULLETS = frozenset("·•§-–—*\uf0b7\uf0a7\uf0d8\uf0fc▪■◦●○➢✓")
_SIGNS = re.compile("wingdings|symbol|couriernew")  # in these fonts a letter is a bullet
LONGEST_LABEL = 12


def is_word(node: Node) -> bool:
    """Tell whether an element is one that Word wrote."""
    return node.attributes.get("class", "").startswith("Mso") or "mso-" in node.attributes.get(
        "style", ""
    )


def is_title(node: Node) -> bool:
    """Tell whether a paragraph is the title of its text."""
    return node.tag == "p" and node.attributes.get("class", "") == "MsoTitle"


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before an item, and the element that holds it and nothing else."""

    text: str
    is_bullet: bool
    holder: Node | None


def label_of(node: Node) -> Label | None:
    """Return the label of a paragraph that is an item, None for others."""
    above: dict[int, Node] = {
        id(child): one for one in node.walk() for child in one.children if isinstance(child, Node)
    }
    spans = [one for one in node.walk() if one.tag == "span"]
    for span in spans:
        if "mso-list:ignore" in _style(span):
            return _label(span.text, span, [*span.walk(), above[id(span)]])
    for span in spans:
        # The narrow spaces that Word puts behind a label.
        if "font:7.0pt" in _style(span) and not span.text and span.children:
            text, holder = _before(node, span), above[id(span)]
            if 0 < len(text) <= LONGEST_LABEL:
                return _label(text, holder if holder is not node else None, [span, holder])
    return None


def _label(text: str, holder: Node | None, around: list[Node]) -> Label:
    fonts = " ".join(map(_style, around))
    is_bullet = text in _BULLETS or (len(text) == 1 and bool(_SIGNS.search(fonts)))
    return Label(text, is_bullet, holder)


def aside(node: Node, declared: dict[str, str]) -> tuple[str, str] | tuple[()]:
    """Return what an element beside the text is, and why it is left out."""
    if re.match(r"MsoToc\d", node.attributes.get("class", "")) and node.text:
        return "line of the table of contents", "The page makes its own, without page numbers."
    if declared.get("mso-element") in ("comment-list", "comment"):
        return "comment", "Comments are for those who write the text."
    return ()


def listed(node: Node, declared: dict[str, str], label: Label, runs: Runs) -> Listed:
    """Return the item: its level, its label, and its runs without the label."""
    match = _LEVEL.search(declared.get("mso-list", ""))
    level = int(match[1]) - 1 if match else _level_by_margin(declared)
    text = "" if label.is_bullet else label.text
    return Listed(level, text, _without_start(runs, label.text), node.place)


def _style(node: Node) -> str:
    return node.attributes.get("style", "").lower().replace(" ", "")


def _before(node: Node, end: Node) -> str:
    """Return the text of an element before another one in it."""
    before = takewhile(lambda one: one is not end, _in_order(node))
    return " ".join("".join(one for one in before if isinstance(one, str)).split())


def _in_order(node: Node) -> Iterator[Node | str]:
    for child in node.children:
        yield child
        if isinstance(child, Node):
            yield from _in_order(child)


def _level_by_margin(declared: dict[str, str]) -> int:
    margin = declared.get("margin-left") or declared.get("margin", "").split(" ")[-1]
    match = _LENGTH.match(margin)
    if not match:
        return 0
    return max(0, round(float(match[1]) * _POINTS[match[2]] / _INDENT) - 1)


def _without_start(runs: Runs, label: str) -> Runs:
    """Take the label and the spaces behind it off the first runs."""
    left = list("".join(label.split()))
    output: Runs = []
    for run in runs:
        text = run.text
        while text and (left or not output) and (text[0].isspace() or left[:1] == [text[0]]):
            left = left if text[0].isspace() else left[1:]
            text = text[1:]
        if text or run.pin or (run.line_break and output):
            output.append(replace(run, text=text))
    return output
