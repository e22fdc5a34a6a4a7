"""Word documents as Word writes them: OOXML, part by part, in a zip file."""

import io
import zipfile
from collections.abc import Mapping
from html import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPES = (
    f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
NUMBERED = '<w:basedOn w:val="berschrift1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>'
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/>{rest}</w:style>'
    for style, name, rest in (
        ("Normal", "Normal", ""),
        ("Titel", "Title", '<w:basedOn w:val="Normal"/>'),
        ("berschrift1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("berschrift2", "heading 2", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>'),
        ("Ours", "Our Heading", '<w:basedOn w:val="berschrift2"/>'),
        ("Numbered", "Numbered Heading", NUMBERED),
        ("OurList", "Our List", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
        ("Verzeichnis1", "toc 1", ""),
        ("Gone", "Gone", "<w:rPr><w:vanish/></w:rPr>"),
    )
)  # fmt: skip


def level(number: int, kind: str, text: str, *, start: int = 1, rest: str = "") -> str:
    """A level of a numbering."""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{rest}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "decimal", "%1.")
    + level(1, "lowerLetter", "(%2)")
    + level(2, "lowerRoman", "%3.")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "\uf0b7")
    + level(1, "bullet", "o")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    + level(0, "decimal", "%1.")
    + level(1, "decimal", "%1.%2")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="4">'
    + level(0, "upperRoman", "Article %1", start=4)
    + level(1, "decimalZero", "%1-%2")
    + level(2, "upperLetter", "%3)", rest='<w:lvlRestart w:val="0"/>')
    + level(3, "none", "§%4")
    + level(4, "decimal", "%1.%5", rest="<w:isLgl/>")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="5">'
    + level(0, "cardinalText", "%1")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="6"><w:numStyleLink w:val="OurList"/>'
    '</w:abstractNum><w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="Normal"/>'
    '</w:abstractNum><w:abstractNum w:abstractNumId="8">'
    + level(0, "decimal", "%2.")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    f'<w:lvlOverride w:ilvl="1">{level(1, "lowerLetter", "%2)")}</w:lvlOverride></w:num>'
    '<w:num w:numId="5"><w:abstractNumId w:val="4"/></w:num>'
    '<w:num w:numId="6"><w:abstractNumId w:val="5"/></w:num>'
    '<w:num w:numId="7"><w:abstractNumId w:val="9"/></w:num>'
    '<w:num w:numId="9"><w:abstractNumId w:val="6"/></w:num>'
    '<w:num w:numId="10"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="11"><w:abstractNumId w:val="8"/></w:num>'
)


def r(text: str, properties: str = "") -> str:
    """A run of text, with the properties of its letters."""
    said = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{said}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*runs: str, style: str = "", number: int = 0, depth: int = 0, rest: str = "") -> str:
    """A paragraph; strings that are no XML are its text."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        properties += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    inner = "".join(one if one.startswith("<") else r(one) for one in runs)
    return f"<w:p><w:pPr>{properties}{rest}</w:pPr>{inner}</w:p>"


def tc(*paragraphs: str, rest: str = "") -> str:
    """A cell."""
    return f"<w:tc><w:tcPr>{rest}</w:tcPr>{''.join(paragraphs)}</w:tc>"


def tbl(*rows: str, header: bool = True) -> str:
    """A table of rows, the first of them its head."""
    is_head = "<w:trPr><w:tblHeader/></w:trPr>"
    drawn = "".join(
        f"<w:tr>{is_head if header and number == 0 else ''}{row}</w:tr>"
        for number, row in enumerate(rows)
    )
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{drawn}</w:tbl>"


def notes(kind: str, texts: dict[int, str]) -> str:
    """The part with the notes of a document."""
    drawn = "".join(
        f'<w:{kind} w:id="{number}">{text if text.startswith("<") else p(text)}</w:{kind}>'
        for number, text in texts.items()
    )
    return f"{HEAD}<w:{kind}s {NAMESPACES}>{drawn}</w:{kind}s>"


def docx(body: str, *, links: dict[str, str] | None = None, **parts: str | bytes | None) -> bytes:
    """A document with a body, the targets of its links, and other parts by name."""
    relations = "".join(
        f'<Relationship Id="{name}" Type="{TYPES}/hyperlink" Target="{escape(target)}" '
        'TargetMode="External"/>'
        for name, target in (links or {}).items()
    )
    kinds = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes"}
    relations += "".join(
        f'<Relationship Id="x{kind}" Type="{TYPES}/{kind}" Target="{kind}.xml"/>'
        for kind in (*kinds, "endnotes", "comments")
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{TYPES}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'{HEAD}<Relationships xmlns="{package}">{relations}'
        "</Relationships>",
        "word/document.xml": f"{HEAD}<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body>"
        "</w:document>",
        "word/styles.xml": f"{HEAD}<w:styles {NAMESPACES}>{STYLES}</w:styles>",
        "word/numbering.xml": f"{HEAD}<w:numbering {NAMESPACES}>{NUMBERING}</w:numbering>",
    }
    replaced = {f"word/{name}.xml": part for name, part in parts.items()}
    return zipped({name: part for name, part in (files | replaced).items() if part is not None})


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip file."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in files.items():
            archive.writestr(name, part)
    return package.getvalue()
