"""What stands in a line of HTML, and what of a page is no text for its readers."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from privacy.policy.importing import raised, word_html
from privacy.policy.importing.css import Styles, hides
from privacy.policy.importing.document import Run
from privacy.policy.importing.findings import Findings
from privacy.policy.importing.html_flow import Flow, Look
from privacy.policy.importing.html_tree import BLOCKS, Node
from privacy.policy.rendering import TAKEN_ANCHORS, slugify_heading

SILENT = frozenset({"script", "style", "head", "template", "title", "link", "meta", "base", "wbr"})
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
HEADING = re.compile("h[1-6]")
_STRONG = frozenset({"b", "strong"})
_EMPHASIS = frozenset({"i", "em", "cite", "dfn", "var"})
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_EXPLAINED = frozenset({"abbr", "acronym", "dfn"})
_BACK = frozenset({"↑", "↩", "↩︎", "^", "⤴"})


class InlineReader(ABC):
    """Walks through a page and leaves its blocks to whoever knows them."""

    def __init__(self, root: Node, findings: Findings) -> None:
        self.root = root
        self.findings = findings
        self.styles = Styles(root)
        self.left: set[int] = set()
        self.anchors = _anchors_of(root)
        mains = [n for n in root.walk() if n.tag == "main" or n.attributes.get("role") == "main"]
        self.main = mains[0] if len(mains) == 1 else root

    @abstractmethod
    def block(self, node: Node, flow: Flow, look: Look, declared: dict[str, str]) -> None:
        """Read an element that is a block."""

    def is_hidden(self, node: Node) -> bool:
        """Tell whether the page hides an element."""
        return "hidden" in node.attributes or hides(self.styles.of(node))

    def leave(self, place: str, what: str, why: str, text: str) -> None:
        """List something that readers will not see."""
        self.findings.leave_out(place, what, why, text)

    def walk(self, children: Sequence[Node | str], flow: Flow, look: Look) -> None:
        """Read what stands in an element."""
        for child in children:
            if isinstance(child, str):
                flow.runs.append(look.run(child))
            elif child.tag not in SILENT:
                self.element(child, flow, look)

    def element(self, node: Node, flow: Flow, look: Look) -> None:
        """Read an element, or say why not."""
        declared = self.styles.of(node)
        if "hidden" in node.attributes or hides(declared):
            self.left.add(id(node))
            if node.text:
                why = "The page hides it from its readers."
                self.leave(node.place, f"hidden <{node.tag}>", why, node.text)
            return
        beside = word_html.aside(node, declared)
        if beside:
            self.left.add(id(node))
            self.leave(node.place, beside[0], beside[1], node.text)
            return
        if self._is_no_text(node, declared):
            return
        if not any(run.text.strip() for run in flow.runs):
            flow.place = node.place
        self.pin(node, flow)
        if node.tag in _EXPLAINED and node.attributes.get("title"):
            why = "Only a mouse shows it. Write it into the text if it says something."
            self.leave(node.place, f"title of <{node.tag}>", why, node.attributes["title"])
        if node.tag in ("sup", "sub") or declared.get("vertical-align") in ("super", "sub"):
            self._raised(
                node, flow, look, lower="sub" in (node.tag, declared.get("vertical-align"))
            )
        elif node.tag in BLOCKS:
            self.block(node, flow, look, declared)
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
                self.leave(node.place, f"<{node.tag}>", _LEFT_OUT[node.tag], text or where)
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

    def pin(self, node: Node, flow: Flow) -> None:
        """Keep an element's place if a link leads to it."""
        names = [node.attributes.get("data-pin"), node.attributes.get("id")]
        if node.tag == "a" or HEADING.fullmatch(node.tag):
            names.append(node.attributes.get("name"))
        for name in names:
            anchor = self.anchors.get(name or "")
            if anchor:
                pin = Run(pin=anchor)
                if node.tag in BLOCKS:
                    flow.end_paragraph()
                if pin not in flow.runs:
                    flow.runs.append(pin)

    def _inline(self, node: Node, flow: Flow, look: Look, declared: dict[str, str]) -> None:
        tag, weight = node.tag, declared.get("font-weight", "")
        if tag == "br":
            flow.runs.append(Run(line_break=True))
            return
        if tag == "a" and "href" in node.attributes:
            href = node.attributes["href"].strip()
            if href.startswith("#") and node.text in _BACK:
                self.left.add(id(node))
                why = "It leads from a note back to the text."
                self.leave(node.place, "link", why, node.text)
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
        self.walk(node.children, flow, look)
        if tag == "q":
            flow.runs.append(look.run("”"))

    def _raised(self, node: Node, flow: Flow, look: Look, *, lower: bool) -> None:
        links = [n for n in node.walk() if n.tag == "a" and n.attributes.get("href")]
        href = links[0].attributes["href"] if links else look.href
        if not node.text:
            self.walk(node.children, flow, look)
        elif href.startswith("#"):
            for one in node.walk():
                if one is not node:
                    self.pin(one, flow)
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
