"""Where the text of a Word document stands in its XML, whatever is wrapped around it."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from privacy.policy.importing.docx_styles import W

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNWRAPPED = frozenset({
    f"{W}smartTag", f"{W}customXml", f"{W}sdt", f"{W}sdtContent", f"{W}fldSimple", f"{W}dir",
    f"{W}bdo", f"{MC}AlternateContent", f"{MC}Choice",
})  # fmt: skip


def text_element(text: str) -> ET.Element:
    """Return an element with text."""
    element = ET.Element(f"{W}t")
    element.text = text
    return element


def unwrapped(parent: ET.Element) -> Iterator[ET.Element]:
    """Yield the children, in the place of each wrapper what stands in it."""
    for child in parent:
        if child.tag == f"{MC}Fallback":
            continue
        if child.tag in _UNWRAPPED:
            yield from unwrapped(child)
        else:
            yield child


def paragraphs_of(root: ET.Element) -> Iterator[ET.Element]:
    """Yield all paragraphs, those of a text box after the one at which it is fixed."""
    for child in root:
        if child.tag == f"{MC}Fallback":
            continue
        if child.tag == f"{W}p":
            yield child
        yield from paragraphs_of(child)


def texts_of(paragraph: ET.Element) -> Iterator[ET.Element]:
    """Yield the text elements of a paragraph, without those of text boxes and fallbacks."""
    for child in paragraph:
        if child.tag in (f"{W}txbxContent", f"{MC}Fallback"):
            continue
        if child.tag in (f"{W}t", f"{W}delText"):
            yield child
        yield from texts_of(child)


def text_in(element: ET.Element) -> str:
    """Return all text of an element with single spaces."""
    return " ".join("".join(_all_texts(element)).split())


def _all_texts(element: ET.Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{MC}Fallback":
            continue
        if child.tag in (f"{W}t", f"{W}delText"):
            yield child.text or ""
        elif child.tag in (f"{W}tab", f"{W}br", f"{W}p"):
            yield " "
        yield from _all_texts(child)
