"""A comparison as HTML, for eyes and for ears, and as plain text."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - all words are escaped

from privacy.policy.blocks import Word
from privacy.policy.redline import Change, Piece, Redline, Row, compare

_HIDDEN = '<span class="visually-hidden">{}</span>'
# What a screen reader says around a change; browsers seldom announce <ins> and <del> themselves.
_SPOKEN = {
    Change.REMOVED: ("del", _HIDDEN.format("[removed: "), _HIDDEN.format("]")),
    Change.ADDED: ("ins", _HIDDEN.format("[added: "), _HIDDEN.format("]")),
}
_NOTES = {
    Change.MOVED_AWAY: "Moved from here:",
    Change.MOVED_HERE: "Moved to here:",
}


class Section:
    """A heading under which something changed, for the list of changes on top."""

    def __init__(self, anchor: str, title: str) -> None:
        self.anchor = anchor
        self.title = title
        self.changes = 0


def differences(old: str, new: str) -> SafeString | str:
    """Compare two sources, and return what is different as HTML; nothing where nothing is."""
    redline = compare(old, new)
    return "" if redline.is_empty else to_html(redline)[0]


def to_html(redline: Redline) -> tuple[SafeString, list[Section]]:
    """Return the comparison as HTML, and its sections that hold changes."""
    sections = [Section("start", "Introduction")]
    output: list[str] = []
    for is_list, rows in groupby(redline.rows, key=lambda row: row.tag == "li"):
        if is_list:
            items = list(rows)
            sections[-1].changes += sum(row.change is not Change.SAME for row in items)
            drawn = "\n".join(f"<li>{_inner(row)}</li>" for row in items)
            output.append(f"<ul>\n{drawn}\n</ul>")
            continue
        for row in rows:
            attributes = ""
            if row.tag == "h2":
                anchor = f"s{len(sections)}"
                sections.append(Section(anchor, _title(row)))
                attributes = f' id="{anchor}"'
            sections[-1].changes += row.change is not Change.SAME
            output.append(f"<{row.tag}{attributes}>{_inner(row)}</{row.tag}>")
    html = "\n".join(output)
    return mark_safe(html), [section for section in sections if section.changes]


def to_text(redline: Redline) -> str:
    """Return the comparison as text: [-removed-] and {+added+}, as wdiff writes it."""
    return "\n\n".join("".join(_text_of(row)) for row in redline.rows) + "\n"


def _inner(row: Row) -> str:
    if row.change in _NOTES:
        note = f"<em>{_NOTES[row.change]}</em> "
        tag = "del" if row.change is Change.MOVED_AWAY else "ins"
        return f"{note}<{tag}>{_plain(row.pieces[0].words)}</{tag}>"
    return " ".join(map(_piece, row.pieces))


def _piece(piece: Piece) -> str:
    if piece.change is Change.SAME:
        return _plain(piece.words)
    tag, before, after = _SPOKEN[piece.change]
    return f"<{tag}>{before}{escape(_with_targets(piece.words))}{after}</{tag}>"


def _plain(words: Sequence[Word]) -> str:
    return escape(" ".join(word for word, _ in words))


def _with_targets(words: Sequence[Word]) -> str:
    """The words of a change with the targets of links, as a target alone may have changed."""
    parts = []
    for index, (word, target) in enumerate(words):
        following = words[index + 1][1] if index + 1 < len(words) else ""
        parts.append(f"{word} ({target})" if target and target != following else word)
    return " ".join(parts)


def _title(row: Row) -> str:
    kept = (p.words for p in row.pieces if p.change is not Change.REMOVED or len(row.pieces) == 1)
    return " ".join(word for words in kept for word, _ in words)


def _text_of(row: Row) -> Iterator[str]:
    if row.tag.startswith("h"):
        yield "#" * int(row.tag[1]) + " "
    elif row.tag == "li":
        yield "- "
    if row.change in _NOTES:
        yield _NOTES[row.change] + " "
    signs = {Change.SAME: ("", ""), Change.REMOVED: ("[-", "-]"), Change.ADDED: ("{+", "+}")}
    yield " ".join(
        signs[piece.change][0] + _with_targets(piece.words) + signs[piece.change][1]
        if piece.change is not Change.SAME
        else " ".join(word for word, _ in piece.words)
        for piece in row.pieces
    )
