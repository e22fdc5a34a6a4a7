"""From HTML to blocks: of a saved page, of Word's saved HTML, and of what other readers made HTML.

What has a meaning that Markdown lacks is written out (letters of lists, cells that span others,
raised figures), or refused with its element and line. What readers of the page would not have
seen, or could only press, is left out and listed.
"""

from collections.abc import Sequence
from dataclasses import replace

from privacy.policy.importing import word_html
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
from privacy.policy.importing.html_flow import Flow, Look
from privacy.policy.importing.html_inline import HEADING, SILENT, InlineReader
from privacy.policy.importing.html_tree import BLOCKS, Node, parse_html
from privacy.policy.importing.html_values import numbers_of_items, parts_of_definitions, span
from privacy.policy.importing.nesting import nested
from privacy.policy.importing.numerals import written
from privacy.policy.importing.paragraph_marks import place_in
from privacy.policy.importing.tables import Cell, grid_of


def read_html(text: str, findings: Findings, *, form: str = "HTML") -> Document:
    """Read a page. Findings name the line of each element."""
    return _Reader(parse_html(text), findings).document(form)


class _Reader(InlineReader):
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
        flow = Flow("")
        self.walk(self.main.children, flow, Look())
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
                    self.leave(node.place, "text", "It stands outside the page's main part.", child)
            elif any(one is self.main for one in child.walk()):
                self._leave_out_around(child)
            elif child.tag not in SILENT and child.text:
                why = "It stands outside the page's main part."
                self.leave(child.place, f"<{child.tag}>", why, child.text)

    def block(self, node: Node, flow: Flow, look: Look, declared: dict[str, str]) -> None:
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
        elif HEADING.fullmatch(tag) or word_html.is_title(node):
            self._heading(node, int(tag[1]) if tag != "p" else 0, flow, look)
        elif tag == "p" and word_html.is_word(node) and (label := word_html.label_of(node)):
            self._word_item(node, label, flow, look, declared)
        else:
            before, flow.place = flow.place, node.place
            named = tag in ("summary", "legend", "caption")
            self.walk(node.children, flow, replace(look, strong=look.strong or named))
            flow.end_paragraph()
            flow.place = before

    def _apart(self, node: Node, flow: Flow, look: Look) -> None:
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

    def _blocks(self, node: Node, look: Look) -> list[Block]:
        inner = Flow(node.place)
        self.walk(node.children, inner, look)
        return nested(inner.finish())

    def _runs(self, node: Node, look: Look) -> Runs:
        """Return what stands in an element as one line of runs."""
        inner = Flow(node.place)
        self.walk(node.children, inner, look)
        blocks = inner.finish()
        if inner.runs:
            return inner.runs
        return self._on_one_line(blocks, node.place)

    def _heading(self, node: Node, level: int, flow: Flow, look: Look) -> None:
        runs = [Run(" ") if run.line_break else run.plain() for run in self._runs(node, look)]
        if text_of(runs):
            flow.add(Heading(level, tidied(runs), node.place))
        else:
            flow.runs += [run for run in runs if run.pin]

    def _word_item(
        self,
        node: Node,
        label: word_html.Label,
        flow: Flow,
        look: Look,
        declared: dict[str, str],
    ) -> None:
        item = word_html.listed(node, declared, label, tidied(self._runs(node, look)))
        is_empty = not text_of(item.runs)
        if label.holder is not None and (label.is_bullet or is_empty):
            self.left.add(id(label.holder))  # a bullet is drawn, and a label alone says nothing
        if not is_empty:
            flow.add(item)

    def _list(self, node: Node, flow: Flow, look: Look, declared: dict[str, str]) -> None:
        items = [c for c in node.children if isinstance(c, Node) and c.tag not in SILENT]
        numbers, kind = numbers_of_items(node, items, declared)
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

    def _blocks_of_one(self, node: Node, look: Look) -> list[Block]:
        """Read an element with what is declared for it."""
        inner = Flow(node.place)
        if node.tag == "li":
            holder = Node("div", node.attributes, node.place, node.children)
            self.left |= {id(node)} if self.is_hidden(node) else set()
            self.element(holder, inner, look)
        else:
            self.element(node, inner, look)
        return nested(inner.finish())

    def _definitions(self, node: Node, flow: Flow, look: Look) -> None:
        """A term in bold and what it means, as one item."""
        items: list[list[Block]] = []
        for child in parts_of_definitions(node):
            is_term = child.tag == "dt"
            blocks = self._blocks_of_one(
                replace(child, tag="div"), replace(look, strong=look.strong or is_term)
            )
            if self.is_hidden(child):
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

    def _table(self, node: Node, flow: Flow, look: Look) -> None:
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
            self.element(caption, flow, look)
        rows = [one for one in node.walk() if one.tag == "tr" and not self._left_out_row(one)]
        head = {id(one) for part in node.walk() if part.tag == "thead" for one in part.children}
        cells = [
            [
                Cell(
                    self._cell(cell, look),
                    span(cell, "colspan"),
                    span(cell, "rowspan"),
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
                        self.element(replace(cell, tag="div"), flow, look)
            return
        flow.add(table)

    def _left_out_row(self, row: Node) -> bool:
        if not self.is_hidden(row):
            return False
        self.left.add(id(row))
        if row.text:
            why = "The page hides it from its readers."
            self.leave(row.place, "hidden <tr>", why, row.text)
        return True

    def _cell(self, cell: Node, look: Look) -> Runs:
        if self.is_hidden(cell):
            self.left.add(id(cell))
            if cell.text:
                why = "The page hides it from its readers."
                self.leave(cell.place, f"hidden <{cell.tag}>", why, cell.text)
            return []
        flow = Flow(cell.place)
        self.pin(cell, flow)
        self.walk(cell.children, flow, look)
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
        if node.tag in SILENT:
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
