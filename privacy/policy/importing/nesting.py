"""Lists from paragraphs that each say only their own level and label, as word processors keep them."""

from collections.abc import Sequence

from privacy.policy.importing.document import Block, ItemList, Listed, Paragraph, Run, tidied
from privacy.policy.importing.numerals import DECIMAL


def nested(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with each stretch of listed paragraphs as lists."""
    output: list[Block] = []
    stretch: list[Listed] = []
    for block in blocks:
        if isinstance(block, Listed):
            stretch.append(block)
            continue
        output += _lists(stretch)
        stretch = []
        output.append(block)
    return output + _lists(stretch)


def _lists(stretch: Sequence[Listed]) -> list[Block]:
    """The first decides the level; what stands deeper belongs to the item before it."""
    lists: list[Block] = []
    current: ItemList | None = None
    before = ""
    number = 0
    while number < len(stretch):
        item = stretch[number]
        end = number + 1
        while end < len(stretch) and stretch[end].level > item.level:
            end += 1
        below = _lists(stretch[number + 1 : end])
        match = DECIMAL.fullmatch(item.label)
        start = int(match[1]) if match else None
        is_other = bool(before) != bool(item.label)
        if current is None or is_other or not _continues(current, start):
            current = ItemList(start, [], item.place)
            lists.append(current)
        label = [Run(f"{item.label} ")] if item.label and start is None else []
        current.items.append([Paragraph(tidied([*label, *item.runs]), item.place), *below])
        before, number = item.label, end
    return lists


def _continues(current: ItemList, number: int | None) -> bool:
    if number is None:
        return current.start is None
    return current.start is not None and number == current.start + len(current.items)
