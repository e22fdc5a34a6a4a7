"""From a Word document to blocks.

`mammoth` makes HTML of it, and passes over in silence what it does not know: hidden text comes out
as if it were shown, deleted text is gone, text boxes and the kinds of numbers are lost. So the
document's own XML is gone through first: labels are written out, what readers of the document do
not see is taken out and listed, and what has no one meaning is refused. All text of the XML is
gathered apart, and `comparison` looks for it in what came out.
"""

import io
import re
import zipfile
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from privacy.policy.importing.document import Document, Piece, runs_of, tidied
from privacy.policy.importing.docx_package import parsed, parts_of_package
from privacy.policy.importing.docx_styles import Numbering, Styles, W, val
from privacy.policy.importing.docx_text import (
    MC,
    paragraphs_of,
    text_element,
    text_in,
    texts_of,
    unwrapped,
)
from privacy.policy.importing.findings import Findings
from privacy.policy.importing.html_reader import read_html
from privacy.policy.importing.paragraph_marks import TAB, mark_of
from privacy.policy.importing.tables import with_tab_made_tables

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_TRACKED = {
    f"{W}del": "deleted text",
    f"{W}ins": "inserted text",
    f"{W}moveFrom": "moved text",
    f"{W}moveTo": "moved text",
    f"{W}cellDel": "deleted cell",
    f"{W}cellIns": "inserted cell",
}
_DROPPED = frozenset({
    f"{W}sdtPr", f"{W}sdtEndPr", f"{W}smartTagPr", f"{W}customXmlPr", f"{W}softHyphen",
    f"{W}rPrChange", f"{W}pPrChange", f"{W}tblPrChange", f"{W}trPrChange", f"{W}tcPrChange",
    f"{W}sectPrChange", f"{W}commentRangeStart", f"{W}commentRangeEnd", f"{W}commentReference",
    f"{MC}Fallback", f"{W}annotationRef", f"{W}lastRenderedPageBreak", f"{W}proofErr",
})  # fmt: skip
_PICTURES = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
_EMBEDDED = frozenset({f"{W}altChunk", f"{W}subDoc"})
_OUR_SIGNS = re.compile("[\ue000-\ue003]")
_BACK_LINK = re.compile(r' ?<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')
_ACCEPT = "Accept or reject all changes in Word (Review), save, then import it again."


def read_docx(data: bytes, findings: Findings) -> Document:
    """Read a Word document. Findings name its paragraphs that are not empty, counted from 1."""
    parts = parts_of_package(data)
    reader = _Reader(parts, findings)
    rewritten = reader.rewritten()
    findings.raise_if_refused()
    html = _BACK_LINK.sub("", _as_html(rewritten))
    document = read_html(html, findings, form="Word document")
    document.blocks = with_tab_made_tables(document.blocks, findings)
    for runs in runs_of(document.blocks):
        runs[:] = tidied([replace(run, text=run.text.replace(TAB, " ")) for run in runs])
    document.original = reader.original()
    return document


def _as_html(parts: dict[str, bytes]) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    package.seek(0)
    # The marks of paragraphs say what each is; styles say nothing more.
    options = {"include_default_style_map": False, "style_map": "p => p:fresh"}
    import mammoth  # noqa: PLC0415 - 4 MB that no worker needs before somebody imports

    convert: Any = mammoth.convert_to_html  # it has no types
    return str(convert(package, **options).value)


class _Reader:
    def __init__(self, parts: dict[str, bytes], findings: Findings) -> None:
        self.parts = parts
        self.findings = findings
        self.styles = Styles(self._root("word/styles.xml"))
        self.numbering = Numbering(self._root("word/numbering.xml"), self.styles)
        self.left: set[int] = set()
        self.texts: list[list[tuple[str, int]]] = []
        self.kept_alive: list[ET.Element] = []
        self.count = 0

    def _root(self, name: str) -> ET.Element | None:
        return parsed(self.parts[name]) if name in self.parts else None

    def rewritten(self) -> dict[str, bytes]:
        """Return the parts that mammoth is given."""
        output = {
            name: part
            for name, part in self.parts.items()
            if name.endswith(".rels") or name in ("[Content_Types].xml", "word/styles.xml")
        }
        document = parsed(self.parts["word/document.xml"])
        self.kept_alive.append(document)
        self._gather(document)
        mentioned = self._mentioned(document)
        self._content(document)
        output["word/document.xml"] = ET.tostring(document)
        for kind in ("footnote", "endnote"):
            notes = self._root(f"word/{kind}s.xml")
            if notes is not None:
                self._notes(notes, kind, mentioned)
                output[f"word/{kind}s.xml"] = ET.tostring(notes)
        self._list_comments()
        self._list_margins()
        return output

    def original(self) -> list[list[Piece]]:
        """Return all text of the document, and whether it is taken over."""
        return [[(text, key not in self.left) for text, key in one] for one in self.texts]

    def _gather(self, root: ET.Element) -> None:
        """Keep all text in the order of reading: that of a text box stands after its paragraph."""
        for paragraph in paragraphs_of(root):
            self.texts.append([(one.text or "", id(one)) for one in texts_of(paragraph)])

    def _mentioned(self, root: ET.Element) -> list[str]:
        return [
            one.tag.removeprefix(W).removesuffix("Reference") + one.get(f"{W}id", "")
            for one in root.iter()
            if one.tag in (f"{W}footnoteReference", f"{W}endnoteReference")
        ]

    def _notes(self, root: ET.Element, kind: str, mentioned: list[str]) -> None:
        self.kept_alive.append(root)
        notes = {kind + note.get(f"{W}id", ""): note for note in root if note.tag == W + kind}
        for name in mentioned:
            if name in notes:
                self._gather(notes[name])
        for note in notes.values():
            self._content(note)

    def _list_comments(self) -> None:
        root = self._root("word/comments.xml")
        for comment in root if root is not None else ():
            why = "Comments are for those who write the text."
            self.findings.leave_out("", "comment", why, text_in(comment))

    def _list_margins(self) -> None:
        said: set[str] = set()
        for name in self.parts:
            if name.startswith(("word/header", "word/footer")):
                text = text_in(parsed(self.parts[name]))
                kind = "header" if "header" in name else "footer"
                if text and text not in said:
                    why = "It stands in the margin of each page of paper."
                    self.findings.leave_out("", f"{kind} of the pages", why, text)
                said.add(text)

    @property
    def place(self) -> str:
        return f"paragraph {self.count}"

    def _content(self, parent: ET.Element) -> None:
        """Rewrite what stands in a body, a cell or a note."""
        children: list[ET.Element] = []
        for child in unwrapped(parent):
            if child.tag == f"{W}p":
                children += self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
                children.append(child)
            elif child.tag in _TRACKED:
                self.findings.refuse(self.place, _TRACKED[child.tag], _ACCEPT, text_in(child))
            elif child.tag in _EMBEDDED:
                why = "It is another file inside this one: copy its text into the document."
                self.findings.refuse(self.place, "embedded document", why)
            elif child.tag.startswith(_M):
                self._formula(child)
            elif child.tag not in _DROPPED:
                if child.tag == f"{W}body":
                    self._content(child)
                children.append(child)
        parent[:] = children

    def _table(self, table: ET.Element) -> None:
        for row in [one for one in unwrapped(table) if one.tag == f"{W}tr"]:
            for change in row.iterfind(f"{W}trPr/*"):
                if change.tag in _TRACKED:
                    what = f"{_TRACKED[change.tag].partition(' ')[0]} row of a table"
                    self.findings.refuse(self.place, what, _ACCEPT, text_in(row))
            cells = [one for one in unwrapped(row) if one.tag not in _DROPPED]
            for cell in cells:
                if cell.tag == f"{W}tc":
                    for change in cell.iterfind(f"{W}tcPr/*"):
                        if change.tag in _TRACKED:
                            what = _TRACKED[change.tag]
                            self.findings.refuse(self.place, what, _ACCEPT, text_in(cell))
                    self._content(cell)
            row[:] = cells
        table[:] = list(unwrapped(table))

    def _paragraph(self, paragraph: ET.Element) -> list[ET.Element]:
        """Return the paragraph as mammoth gets it, and behind it those of its text boxes."""
        if text_in(paragraph):
            self.count += 1
        place = self.place
        properties = paragraph.find(f"{W}pPr")
        style_id = val(properties.find(f"{W}pStyle") if properties is not None else None)
        names = self.styles.names(style_id)
        if any(re.fullmatch(r"toc \d", name) for name in names):
            return self._leave(paragraph, "line of the table of contents",
                               "The page makes its own, without page numbers.")  # fmt: skip
        mark = properties.find(f"{W}rPr") if properties is not None else None
        for change in mark if mark is not None else ():
            if change.tag in _TRACKED:
                what = f"{_TRACKED[change.tag].partition(' ')[0]} end of a paragraph"
                self.findings.refuse(self.place, what, _ACCEPT, text_in(paragraph))
        boxes: list[ET.Element] = []
        self._inline(paragraph, style_id, boxes)
        label = self.numbering.next(properties, style_id)
        level = self.styles.heading_level(properties, style_id)
        if properties is not None:
            properties[:] = []
        if any((one.text or "").strip() for one in texts_of(paragraph)):
            self._mark(paragraph, level, label)
        below = []
        for box in boxes:
            text = " ".join(map(text_in, box))
            self._content(box)
            below += list(box)
            if text:
                why = "It stands below the paragraph at which it was fixed."
                self.findings.change(place, "text box", why, text)
        return [paragraph, *below]

    def _leave(self, element: ET.Element, what: str, why: str) -> list[ET.Element]:
        """List what readers will not see, and return nothing of it."""
        text = text_in(element)
        self.left |= {id(one) for one in element.iter()}
        if text:
            self.findings.leave_out(self.place, what, why, text)
        return []

    def _mark(
        self, paragraph: ET.Element, level: int | None, label: tuple[int, str] | None
    ) -> None:
        run, text = ET.Element(f"{W}r"), ET.Element(f"{W}t")
        run.append(text)
        has_properties = len(paragraph) and paragraph[0].tag == f"{W}pPr"
        paragraph.insert(int(has_properties), run)
        text.text = mark_of(self.place, level, label)

    def _inline(self, parent: ET.Element, style_id: str, boxes: list[ET.Element]) -> None:
        """Rewrite what stands in a paragraph or a link."""
        children: list[ET.Element] = []
        for child in unwrapped(parent):
            if child.tag in _TRACKED:
                self.findings.refuse(self.place, _TRACKED[child.tag], _ACCEPT, text_in(child))
            elif child.tag.startswith(_M):
                self._formula(child)
            elif child.tag == f"{W}r":
                children += self._run(child, style_id, boxes)
            elif child.tag == f"{W}hyperlink":
                self._inline(child, style_id, boxes)
                children.append(child)
            elif child.tag not in _DROPPED:
                children.append(child)
        parent[:] = children

    def _formula(self, element: ET.Element) -> None:
        why = "Write it in words, then import it again."
        self.findings.refuse(self.place, "formula", why, "".join(element.itertext()))

    def _run(self, run: ET.Element, style_id: str, boxes: list[ET.Element]) -> list[ET.Element]:
        properties = run.find(f"{W}rPr")
        own = val(properties.find(f"{W}rStyle") if properties is not None else None)
        styles = (own, style_id)
        hidden = any(
            self.styles.on(name, properties, styles=styles) for name in ("vanish", "specVanish")
        )
        if hidden:
            return self._leave(run, "hidden text", "The document hides it from its readers.")
        struck = any(self.styles.on(n, properties, styles=styles) for n in ("strike", "dstrike"))
        if struck and text_in(run):
            why = "Decide in the document whether it stands, then import it again."
            self.findings.refuse(self.place, "struck-out text", why, text_in(run))
        run[:] = [one for child in unwrapped(run) for one in self._in_run(child, boxes)]
        return [run]

    def _in_run(self, child: ET.Element, boxes: list[ET.Element]) -> list[ET.Element]:
        """Return what mammoth gets of something in a run."""
        if child.tag in _PICTURES:
            self._picture(child, boxes)
            return []
        if child.tag == f"{W}sym":
            return [self._symbol(child)]
        if child.tag in (f"{W}tab", f"{W}ptab"):
            return [text_element(TAB)]
        if child.tag == f"{W}t" and _OUR_SIGNS.search(child.text or ""):
            why = "No font has it: take it out, then import it again."
            self.findings.refuse(self.place, "sign of private use", why)
        return [] if child.tag in _DROPPED else [child]

    def _picture(self, element: ET.Element, boxes: list[ET.Element]) -> None:
        found = list(element.iter(f"{W}txbxContent"))
        boxes += found
        if found:
            return
        names = list(element.iter(f"{_WP}docPr"))
        said = names[0].get("descr") or names[0].get("title") or "" if names else ""
        kind = "embedded object" if element.tag == f"{W}object" else "picture or drawing"
        self.findings.leave_out(self.place, kind, "A policy shows no pictures.", said)

    def _symbol(self, element: ET.Element) -> ET.Element:
        from mammoth.docx.dingbats import dingbats  # noqa: PLC0415 - as above

        font, code = element.get(f"{W}font", ""), element.get(f"{W}char", "")
        number = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,5}", code) else 0
        sign = dingbats.get((font, number)) or dingbats.get((font, number & 0xFF))
        if sign is None:
            why = "It has no letter of its own: write it otherwise, then import it again."
            self.findings.refuse(self.place, f"sign {code} of the font {font}", why)
        return text_element(chr(sign) if sign else "")
