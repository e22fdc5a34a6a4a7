"""Reads a response's HTML as a tree, with the standard library's parser."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "br", "hr", "img", "input", "link", "meta", "path", "source", "wbr"}


@dataclass
class Element:
    name: str
    attributes: dict[str, Any]
    above: list["Element"]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def matches(self, pattern: str) -> bool:
        name, _, class_name = pattern.partition(".")
        classes = (self.attributes.get("class") or "").split()
        return self.name == name and (not class_name or class_name in classes)


class Page(HTMLParser):
    """What stands in a page, in document order."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.status = response.status_code
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), list(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open, f"</{tag}> closes nothing"
            assert self._open[-1].name == tag, f"</{tag}> closes <{self._open[-1].name}>"
            self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.words.append(data)

    def find(self, name: str, /, inside: str = "", **attributes: str) -> list[Element]:
        """Return elements by name, by `a b.class` patterns above them, and by attributes."""
        patterns = inside.split()
        return [
            element
            for element in self.elements
            if element.name == name
            and all(any(up.matches(p) for up in element.above) for p in patterns)
            and all(element.attributes.get(k) == v for k, v in attributes.items())
        ]

    def texts(self, name: str, /, inside: str = "", **attributes: str) -> list[str]:
        return [element.text for element in self.find(name, inside, **attributes)]

    def attributes(self, name: str, /, inside: str = "", **attributes: str) -> list[dict[str, Any]]:
        return [element.attributes for element in self.find(name, inside, **attributes)]

    @property
    def title(self) -> str:
        return self.texts("title", inside="head")[0]


def read(response: Any) -> Page:
    return Page(response)


def structured(response: Any) -> dict[str, Any]:
    """Return what a page tells machines, by kind."""
    found = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL
    )
    return {one["@type"]: one for one in map(json.loads, found)}
