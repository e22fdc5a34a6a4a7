"""What numbers stand in the attributes of lists and tables, as browsers read them."""

import re
from collections.abc import Iterable, Sequence

from privacy.policy.importing.html_tree import Node


def numbers_of_items(
    node: Node, items: Sequence[Node], declared: dict[str, str]
) -> tuple[list[int | None], str]:
    """Return what number a browser gives each item, None for bullets, and how it is written."""
    shape = declared.get("list-style-type") or declared.get("list-style", "")
    if node.tag != "ol" or "none" in shape.split():
        return [None] * len(items), "1"
    kinds = {"alpha": "a", "latin": "a", "roman": "i"}
    kind = node.attributes.get("type", "1")
    for word, short in kinds.items():
        if word in shape:
            kind = short.upper() if "upper" in shape else short
    step = -1 if "reversed" in node.attributes else 1
    number = _number(node.attributes.get("start"), len(items) if step < 0 else 1)
    numbers: list[int | None] = []
    for item in items:
        number = _number(item.attributes.get("value"), number)
        numbers.append(number)
        number += step if item.tag == "li" else 0
    return numbers, kind


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text.strip()) else default


def span(cell: Node, name: str) -> int:
    """Return how many columns or rows a cell covers."""
    return max(1, min(_number(cell.attributes.get(name), 1), 1000))


def parts_of_definitions(node: Node) -> Iterable[Node]:
    """Yield the terms and meanings of a list; HTML lets them stand in groups."""
    for child in node.children:
        if isinstance(child, Node):
            if child.tag in ("dt", "dd"):
                yield child
            else:
                yield from parts_of_definitions(child)
