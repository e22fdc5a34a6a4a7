"""From HTML to blocks: of a saved page, of Word's saved HTML, and of what other readers made HTML.

What has a meaning that Markdown lacks is written out (letters of lists, cells that span others,
raised figures), or refused with its element and line. What readers of the page would not have
seen, or could only press, is left out and listed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from privacy.policy.importing import raised, word_html
from privacy.policy.importing.css import Styles, hides
from privacy.policy.importing.document import (
    Block,
    Code,
    Document,
    Heading,
    ItemList,
    Listed,
    Paragraph,
    Piece,
    Quote,
    Rule,
    Run,
    Runs,
    runs_of,
    text_of,
    tidied,
)
from privacy.policy.importing.findings import Findings
from privacy.policy.importing.html_tree import BLOCKS, Node, parse_html
from privacy.policy.importing.nesting import nested
from privacy.policy.importing.numerals import written
from privacy.policy.importing.paragraph_marks import marked, place_in
from privacy.policy.importing.tables import Cell, grid_of
from privacy.policy.rendering import TAKEN_ANCHORS, slugify_heading

_SILENT = frozenset({"script", "style", "head", "template", "title", "link", "meta", "base", "wbr"})
_LEFT_OUT = {
    "img": "A policy shows no pictures.",
    "svg": "A policy shows no drawings.",
    "canvas": "A policy shows no drawings.",
    "video": "A policy shows no films.",
    "audio": "A policy plays no sound.",
    "iframe": "A policy embeds no other page.",
    "object": "A policy embeds no other page.",
    "embed": "A policy embeds no other page.",
    "noscript": "It is seen only where scripts are off.",
    "nav": "It is a menu of the page, not the text.",
    "button": "A button does nothing in a policy. Write its words as text if they say something.",
    "input": "A form field does nothing in a policy.",
    "select": "A form field does nothing in a policy.",
    "textarea": "A form field does nothing in a policy.",
}
_REFUSED = {
    "del": "Struck-out text: decide in the file whether it stands, then import it again.",
    "s": "Struck-out text: decide in the file whether it stands, then import it again.",
    "strike": "Struck-out text: decide in the file whether it stands, then import it again.",
    "ins": "Text marked as inserted: accept the change in the file, then import it again.",
    "math": "A formula: write it in words, then import it again.",
}
_HEADING = re.compile("h[1-6]")
_STRONG = frozenset({"b", "strong"})
_EMPHASIS = frozenset({"i", "em", "cite", "dfn", "var"})
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_EXPLAINED = frozenset({"abbr", "acronym", "dfn"})
_BACK = frozenset({"↑", "↩", "↩︎", "^", "⤴"})


@dataclass(frozen=True, slots=True)
class _Look:
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""

    def run(self, text: str) -> Run:
        return Run(text, self.strong, self.emphasis, self.code, self.href)


@dataclass(slots=True)
class _Flow:
    """The blocks of one element as they come, and the runs that are no block yet."""

    place: str
    blocks: list[Block] = field(default_factory=list)
    runs: Runs = field(default_factory=list)

    def end_paragraph(self) -> None:
        pins = [run for run in self.runs if run.pin]
        for part in _parts(self.runs):
            self.blocks.append(marked(part, self.place))
            pins = []
        self.runs = pins  # which had no text yet: they belong to what comes

    def add(self, block: Block) -> None:
        self.end_paragraph()
        self.blocks.append(block)
        first = next(runs_of([block]), None)
        if first is not None:
            first[:0], self.runs = self.runs, []

    def finish(self) -> list[Block]:
        self.end_paragraph()
        last = list(runs_of(self.blocks))
        if self.runs and last:
            last[-1].extend(self.runs)
            self.runs = []
        return self.blocks


def _parts(runs: Sequence[Run]) -> Iterable[Runs]:
    """Split at two line breaks with nothing in between, as old pages part their paragraphs."""
    part: Runs = []
    for run in runs:
        blank = [one for one in part if one.line_break or one.text.strip()]
        if run.line_break and blank and blank[-1].line_break:
            yield from _kept(part)
            part = []
        else:
            part.append(run)
    yield from _kept(part)


def _kept(part: Runs) -> Iterable[Runs]:
    tidy = tidied(part)
    if text_of(tidy):
        yield tidy


def read_html(text: str, findings: Findings, *, form: str = "HTML") -> Document:
    """Read a page. Findings name the line of each element."""
    return _Reader(parse_html(text), findings).document(form)


class _Reader:
    def __init__(self, root: Node, findings: Findings) -> None:
        self.root = root
        self.findings = findings
        self.styles = Styles(root)
        self.left: set[int] = set()
        self.anchors = _anchors_of(root)
        mains = [n for n in root.walk() if n.tag == "main" or n.attributes.get("role") == "main"]
        self.main = mains[0] if len(mains) == 1 else root

    def document(self, form: str) -> Document:
        for sheet in self.styles.counters:
            self.findings.leave_out(
                sheet.place,
                "numbers that a style sheet makes",
                "They stand nowhere in the text: compare them with the page.",
            )
        self._leave_out_around(self.root)
        if any(word_html.is_word(node) for node in self.root.walk()):
            form = f"Word's {form}" if form == "HTML" else form
        flow = _Flow("")
        self._walk(self.main.children, flow, _Look())
        blocks = nested(flow.finish())
        if any(isinstance(block, Heading) and block.level == 0 for block in blocks):
            for block in blocks:
                if isinstance(block, Heading):
                    block.level += 1
        paragraphs: list[list[Piece]] = [[]]
        self._original(self.root, paragraphs, kept=self.main is self.root)
        return Document(form, blocks, [one for one in paragraphs if one])

    def _leave_out_around(self, node: Node) -> None:
        """List what stands outside the page's main part."""
        if node is self.main:
            return
        for child in node.children:
            if isinstance(child, str):
                if child.strip():
                    self._leave(
                        node.place, "text", "It stands outside the page's main part.", child
                    )
            elif any(one is self.main for one in child.walk()):
                self._leave_out_around(child)
            elif child.tag not in _SILENT and child.text:
                why = "It stands outside the page's main part."
                self._leave(child.place, f"<{child.tag}>", why, child.text)

    def _leave(self, place: str, what: str, why: str, text: str) -> None:
        self.findings.leave_out(place, what, why, text)

    def _walk(self, children: Sequence[Node | str], flow: _Flow, look: _Look) -> None:
        for child in children:
            if isinstance(child, str):
                flow.runs.append(look.run(child))
            elif child.tag not in _SILENT:
                self._element(child, flow, look)

    def _element(self, node: Node, flow: _Flow, look: _Look) -> None:
        declared = self.styles.of(node)
        if "hidden" in node.attributes or hides(declared):
            self.left.add(id(node))
            if node.text:
                why = "The page hides it from its readers."
                self._leave(node.place, f"hidden <{node.tag}>", why, node.text)
            return
        beside = word_html.aside(node, declared)
        if beside:
            self.left.add(id(node))
            self._leave(node.place, beside[0], beside[1], node.text)
            return
        if self._is_no_text(node, declared):
            return
        if not any(run.text.strip() for run in flow.runs):
            flow.place = node.place
        self._pin(node, flow)
        if node.tag in _EXPLAINED and node.attributes.get("title"):
            why = "Only a mouse shows it. Write it into the text if it says something."
            self._leave(node.place, f"title of <{node.tag}>", why, node.attributes["title"])
        if node.tag in ("sup", "sub") or declared.get("vertical-align") in ("super", "sub"):
            self._raised(
                node, flow, look, lower="sub" in (node.tag, declared.get("vertical-align"))
            )
        elif node.tag in BLOCKS:
            self._block(node, flow, look, declared)
        else:
            self._inline(node, flow, look, declared)

    def _is_no_text(self, node: Node, declared: dict[str, str]) -> bool:
        """Tell whether an element was left out or refused, and say so."""
        if node.tag in _LEFT_OUT:
            self.left.add(id(node))
            said = node.attributes
            text = (
                node.text or said.get("alt") or said.get("value") or said.get("placeholder") or ""
            )
            where = said.get("src") or said.get("data") or ""
            if text or where or node.tag not in ("button", "noscript", "nav"):
                self._leave(node.place, f"<{node.tag}>", _LEFT_OUT[node.tag], text or where)
            return True
        struck = "line-through" in declared.get("text-decoration", "") + declared.get(
            "text-decoration-line", ""
        )
        if (node.tag in _REFUSED or struck) and node.text:
            self.findings.refuse(
                node.place, f"<{node.tag}>", _REFUSED.get(node.tag, _REFUSED["s"]), node.text
            )
            return True
        return False

    def _pin(self, node: Node, flow: _Flow) -> None:
        names = [node.attributes.get("data-pin"), node.attributes.get("id")]
        if node.tag == "a" or _HEADING.fullmatch(node.tag):
            names.append(node.attributes.get("name"))
        for name in names:
            anchor = self.anchors.get(name or "")
            if anchor:
                pin = Run(pin=anchor)
                if node.tag in BLOCKS:
                    flow.end_paragraph()
                if pin not in flow.runs:
                    flow.runs.append(pin)

    def _inline(self, node: Node, flow: _Flow, look: _Look, declared: dict[str, str]) -> None:
        tag, weight = node.tag, declared.get("font-weight", "")
        if tag == "br":
            flow.runs.append(Run(line_break=True))
            return
        if tag == "a" and "href" in node.attributes:
            href = node.attributes["href"].strip()
            if href.startswith("#") and node.text in _BACK:
                self.left.add(id(node))
                why = "It leads from a note back to the text."
                self._leave(node.place, "link", why, node.text)
                return
            anchor = self.anchors.get(unquote(href[1:])) if href.startswith("#") else None
            look = replace(look, href=f"#{anchor}" if anchor else href)
        if tag in _STRONG or weight in ("bold", "bolder", "600", "700", "800", "900"):
            look = replace(look, strong=True)
        if tag in _EMPHASIS or declared.get("font-style") == "italic":
            look = replace(look, emphasis=True)
        if tag in _CODE:
            look = replace(look, code=True)
        if tag == "q":
            flow.runs.append(look.run("“"))
        self._walk(node.children, flow, look)
        if tag == "q":
            flow.runs.append(look.run("”"))

    def _raised(self, node: Node, flow: _Flow, look: _Look, *, lower: bool) -> None:
        links = [n for n in node.walk() if n.tag == "a" and n.attributes.get("href")]
        href = links[0].attributes["href"] if links else look.href
        if not node.text:
            self._walk(node.children, flow, look)
        elif href.startswith("#"):
            for one in node.walk():
                if one is not node:
                    self._pin(one, flow)
            anchor = self.anchors.get(unquote(href[1:]), href[1:])
            mark = node.text.strip("[]()")
            flow.runs.append(replace(look.run(f"[{mark}]"), href=f"#{anchor.removeprefix('#')}"))
        else:
            signs = raised.lowered(node.text) if lower else raised.raised(node.text)
            if signs is None:
                self.findings.refuse(
                    node.place,
                    f"<{node.tag}>",
                    "There are no such raised or lowered signs in plain text, and on the line they "
                    "would mean something else: write it otherwise, then import it again.",
                    node.text,
                )
            else:
                flow.runs.append(replace(look, href=href).run(signs))

    def _block(self, node: Node, flow: _Flow, look: _Look, declared: dict[str, str]) -> None:
        flow.end_paragraph()
        tag = node.tag
        if tag in ("ul", "ol", "menu", "dir"):
            self._list(node, flow, look, declared)
        elif tag == "dl":
            self._definitions(node, flow, look)
        elif tag == "table":
            self._table(node, flow, look)
        elif tag in ("hr", "pre", "blockquote"):
            self._apart(node, flow, look)
        elif _HEADING.fullmatch(tag) or word_html.is_title(node):
            self._heading(node, int(tag[1]) if tag != "p" else 0, flow, look)
        elif tag == "p" and word_html.is_word(node) and (label := word_html.label_of(node)):
            self._word_item(node, label, flow, look, declared)
        else:
            before, flow.place = flow.place, node.place
            named = tag in ("summary", "legend", "caption")
            self._walk(node.children, flow, replace(look, strong=look.strong or named))
            flow.end_paragraph()
            flow.place = before

    def _apart(self, node: Node, flow: _Flow, look: _Look) -> None:
        """A line, text that keeps its spaces, or a quotation."""
        if node.tag == "hr":
            flow.add(Rule(node.place))
        elif node.tag == "pre":
            text = "".join(c if isinstance(c, str) else c.text for c in node.children)
            if text.strip():
                flow.add(Code(text.strip("\r\n"), node.place))
        else:
            inner = self._blocks(node, look)
            if inner:
                flow.add(Quote(inner, node.place))

    def _blocks(self, node: Node, look: _Look) -> list[Block]:
        inner = _Flow(node.place)
        self._walk(node.children, inner, look)
        return nested(inner.finish())

    def _runs(self, node: Node, look: _Look) -> Runs:
        """Return what stands in an element as one line of runs."""
        inner = _Flow(node.place)
        self._walk(node.children, inner, look)
        blocks = inner.finish()
        if inner.runs:
            return inner.runs
        return self._on_one_line(blocks, node.place)

    def _heading(self, node: Node, level: int, flow: _Flow, look: _Look) -> None:
        runs = [
            Run(" ") if run.line_break else replace(run, strong=False)
            for run in self._runs(node, look)
        ]
        if text_of(runs):
            flow.add(Heading(level, tidied(runs), node.place))
        else:
            flow.runs += [run for run in runs if run.pin]

    def _word_item(
        self,
        node: Node,
        label: word_html.Label,
        flow: _Flow,
        look: _Look,
        declared: dict[str, str],
    ) -> None:
        item = word_html.listed(node, declared, label, tidied(self._runs(node, look)))
        is_empty = not text_of(item.runs)
        if label.holder is not None and (label.is_bullet or is_empty):
            self.left.add(id(label.holder))  # a bullet is drawn, and a label alone says nothing
        if not is_empty:
            flow.add(item)

    def _list(self, node: Node, flow: _Flow, look: _Look, declared: dict[str, str]) -> None:
        items = [c for c in node.children if isinstance(c, Node) and c.tag not in _SILENT]
        numbers, kind = _numbers(node, items, declared)
        plain = kind == "1" and all(
            n is not None and n == i + (numbers[0] or 0) and n >= 0 for i, n in enumerate(numbers)
        )
        found: list[list[Block]] = []
        for item, number in zip(items, numbers, strict=True):
            if item.tag != "li" and found and self.styles.of(item).get("display") != "none":
                found[-1] += self._blocks_of_one(item, look)
                continue
            blocks = self._blocks_of_one(item, look)
            if blocks and number is not None and not plain:
                label = f"{written(number, kind)}. "
                if not isinstance(blocks[0], Paragraph):
                    blocks.insert(0, Paragraph([], item.place))
                next(runs_of(blocks)).insert(0, Run(label))
                why = "Its numbers or letters are written out before each item."
                self.findings.change(node.place, f"<{node.tag}>", why)
            if blocks:
                found.append(blocks)
        loose = [c for c in node.children if isinstance(c, str) and c.strip()]
        if loose:
            flow.add(Paragraph(tidied([look.run(" ".join(loose))]), node.place))
        if found:
            start = numbers[0] if plain and numbers else None
            flow.add(ItemList(start, found, node.place))

    def _blocks_of_one(self, node: Node, look: _Look) -> list[Block]:
        """Read an element with what is declared for it."""
        inner = _Flow(node.place)
        if node.tag == "li":
            holder = Node("div", node.attributes, node.place, node.children)
            self.left |= {id(node)} if self._hidden(node) else set()
            self._element(holder, inner, look)
        else:
            self._element(node, inner, look)
        return nested(inner.finish())

    def _hidden(self, node: Node) -> bool:
        return "hidden" in node.attributes or hides(self.styles.of(node))

    def _definitions(self, node: Node, flow: _Flow, look: _Look) -> None:
        """A term in bold and what it means, as one item."""
        items: list[list[Block]] = []
        for child in _parts_of_list(node):
            is_term = child.tag == "dt"
            blocks = self._blocks_of_one(
                replace(child, tag="div"), replace(look, strong=look.strong or is_term)
            )
            if self._hidden(child):
                self.left.add(id(child))
            if not blocks:
                continue
            if is_term or not items:
                items.append([])
            items[-1] += blocks
        if items:
            flow.add(ItemList(None, items, node.place))
            why = "Each term is in bold, and what it means stands below it."
            self.findings.change(node.place, "<dl>", why)

    def _table(self, node: Node, flow: _Flow, look: _Look) -> None:
        place = place_in(node.text) or node.place
        if any(one.tag == "table" for one in node.walk() if one is not node):
            self.findings.refuse(
                place,
                "table inside a table",
                "There is no table inside a table here: make it one table or text.",
                node.text,
            )
            return
        for caption in [one for one in node.walk() if one.tag == "caption"]:
            self._element(caption, flow, look)
        rows = [one for one in node.walk() if one.tag == "tr" and not self._left_out_row(one)]
        head = {id(one) for part in node.walk() if part.tag == "thead" for one in part.children}
        cells = [
            [
                Cell(
                    self._cell(cell, look),
                    _span(cell, "colspan"),
                    _span(cell, "rowspan"),
                    cell.tag == "th" or id(row) in head,
                )
                for cell in row.children
                if isinstance(cell, Node) and cell.tag in ("td", "th")
            ]
            for row in rows
        ]
        table = grid_of(cells, place, self.findings)
        if table is None:
            return
        if len(table.rows[0]) == 1 or node.attributes.get("role") in ("presentation", "none"):
            for row in rows:
                for cell in row.children:
                    if isinstance(cell, Node):
                        self._element(replace(cell, tag="div"), flow, look)
            return
        flow.add(table)

    def _left_out_row(self, row: Node) -> bool:
        if not self._hidden(row):
            return False
        self.left.add(id(row))
        if row.text:
            why = "The page hides it from its readers."
            self._leave(row.place, "hidden <tr>", why, row.text)
        return True

    def _cell(self, cell: Node, look: _Look) -> Runs:
        if self._hidden(cell):
            self.left.add(id(cell))
            if cell.text:
                why = "The page hides it from its readers."
                self._leave(cell.place, f"hidden <{cell.tag}>", why, cell.text)
            return []
        flow = _Flow(cell.place)
        self._pin(cell, flow)
        self._walk(cell.children, flow, look)
        blocks = nested(flow.finish())
        place = place_in(cell.text) or cell.place
        if sum(isinstance(block, Paragraph) for block in blocks) > 1:
            why = "A cell holds one line: its paragraphs follow each other there."
            self.findings.change(place, "paragraphs in a cell", why)
        return tidied([*self._on_one_line(blocks, place), *flow.runs])

    def _on_one_line(self, blocks: Sequence[Block], place: str) -> Runs:
        """Write blocks into one line, as the cells of a table and headings are."""
        runs: Runs = []
        for block in blocks:
            if isinstance(block, ItemList):
                why = "A cell holds one line: its items follow each other there."
                self.findings.change(place, "list in a cell", why)
                for number, item in enumerate(block.items):
                    sign = "•" if block.start is None else f"{block.start + number}."
                    runs += [Run(f" {sign} "), *self._on_one_line(item, place)]
            elif isinstance(block, Quote):
                runs += [Run(" "), *self._on_one_line(block.blocks, place)]
            elif isinstance(block, Code):
                runs += [Run(" "), Run(" ".join(block.text.split()), code=True)]
            elif isinstance(block, Heading):
                runs += [Run(" "), *(replace(run, strong=True) for run in block.runs)]
            elif isinstance(block, Paragraph | Listed):
                runs += [Run(" "), *(Run(" ") if r.line_break else r for r in block.runs)]
        return runs

    def _original(self, node: Node, paragraphs: list[list[Piece]], *, kept: bool) -> None:
        """Gather all text of the page, apart from what the blocks were made of."""
        if node.tag in _SILENT:
            return
        kept = (kept or node is self.main) and id(node) not in self.left
        edge = node.tag in BLOCKS or node.tag == "br"
        if edge and paragraphs[-1]:
            paragraphs.append([])
        for child in node.children:
            if isinstance(child, str):
                if child.strip():
                    paragraphs[-1].append((child, kept))
            else:
                self._original(child, paragraphs, kept=kept)
        if edge and paragraphs[-1]:
            paragraphs.append([])


def _anchors_of(root: Node) -> dict[str, str]:
    """Return the anchor here of each target that a link of the page leads to."""
    nodes = list(root.walk())
    wanted = {
        unquote(node.attributes["href"].strip()[1:])
        for node in nodes
        if node.tag == "a" and node.attributes.get("href", "").strip().startswith("#")
    } | {node.attributes["data-pin"] for node in nodes if "data-pin" in node.attributes}
    names = [
        name
        for node in nodes
        for name in (node.attributes.get("id"), node.attributes.get("name"))
        if name in wanted and name
    ]
    taken = set(TAKEN_ANCHORS)
    anchors: dict[str, str] = {}
    for name in dict.fromkeys(names):
        slug = anchor = slugify_heading(name)
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{slug}-{number}"
        taken.add(anchor)
        anchors[name] = anchor
    return anchors


def _numbers(
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


def _span(cell: Node, name: str) -> int:
    return max(1, min(_number(cell.attributes.get(name), 1), 1000))


def _parts_of_list(node: Node) -> Iterable[Node]:
    """Yield the terms and meanings of a list; HTML lets them stand in groups."""
    for child in node.children:
        if isinstance(child, Node):
            if child.tag in ("dt", "dd"):
                yield child
            else:
                yield from _parts_of_list(child)
