"""Reading a page as a check needs it: its elements, what it loads by itself, where it leads."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html.parser import HTMLParser
from typing import Any

from django.conf import settings

_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905 - reads best
)
_FETCHING_LINKS = frozenset(
    [
        "apple-touch-icon",
        "dns-prefetch",
        "icon",
        "manifest",
        "modulepreload",
        "preconnect",
        "prefetch",
        "preload",
        "stylesheet",
    ]
)
_ABSOLUTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


@dataclass
class Element:
    """One element with what stands in it."""

    tag: str
    attrs: Mapping[str, str] = field(default_factory=dict)
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)
    unseen: bool = False
    """Whether nobody sees it, or only on some screens: then it says nothing."""

    def all(self, *tags: str) -> Iterator["Element"]:
        """Yield the elements below this one, of some kinds or of any, in the page's order."""
        waiting = [one for one in reversed(self.children) if isinstance(one, Element)]
        while waiting:
            element = waiting.pop()
            if not tags or element.tag in tags:
                yield element
            waiting += [one for one in reversed(element.children) if isinstance(one, Element)]

    def first(self, *tags: str) -> "Element | None":
        return next(self.all(*tags), None)

    def within(self, tag: str) -> "Element | None":
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above

    def get(self, name: str) -> str:
        """Return an attribute, or an empty string."""
        return self.attrs.get(name, "")

    @property
    def text(self) -> str:
        """The words in it, with single spaces."""
        return " ".join(" ".join(self.words()).split())

    @property
    def written(self) -> str:
        """The words in it, whether anybody sees them or not."""
        return " ".join(" ".join(self.words(unseen=True)).split())

    def words(self, *, unseen: bool = False) -> Iterator[str]:
        """Yield the pieces of text in it, without scripts and styles, and without what nobody sees."""
        if self.unseen and not unseen:
            return
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("script", "style"):
                yield from child.words(unseen=unseen)

    @property
    def raw(self) -> str:
        """What stands in it and is no element: the content of a script."""
        return "".join(child for child in self.children if isinstance(child, str))


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#page")
        self._open = self.root

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks on which one something stands, and it takes a tenth of the time."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in _VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._open.tag == tag:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        above: Element | None = self._open
        while above is not None and above.tag != tag:
            above = above.parent
        if above is not None and above.parent is not None:
            self._open = above.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


class Page(Element):
    @cached_property
    def _elements(self) -> Mapping[str, list[Element]]:
        found: dict[str, list[Element]] = {"": []}
        for element in super().all():
            found[""].append(element)
            found.setdefault(element.tag, []).append(element)
        return found

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield its elements, which are many and asked for by many: counted once."""
        if len(tags) < 2:
            return iter(self._elements.get("".join(tags), ()))
        return (element for element in self._elements[""] if element.tag in tags)

    @property
    def links(self) -> list[str]:
        return [link.get("href") for link in self.all("a") if link.get("href")]

    @property
    def loaded(self) -> list[str]:
        """What a browser fetches for it by itself."""
        found = []
        for element in self.all():
            rel = set(element.get("rel").lower().split())
            if element.tag == "link" and rel & _FETCHING_LINKS:
                found.append(element.get("href"))
            elif element.tag == "object":
                found.append(element.get("data"))
            elif element.tag not in ("a", "link"):
                found += [element.get("src"), *_candidates(element.get("srcset"))]
        return [one for one in found if one]

    @property
    def scripts(self) -> list[Element]:
        return [one for one in self.all("script") if one.get("type") != "application/ld+json"]

    @property
    def hidden_images(self) -> list[Element]:
        """Pictures that nobody sees."""
        return [
            one
            for one in self.all("img")
            if "hidden" in one.attrs or {one.get("width"), one.get("height")} & {"0", "1"}
        ]

    @property
    def structured(self) -> list[dict[str, Any]]:
        """What the page tells machines (JSON-LD)."""
        texts = [one.raw for one in self.all("script") if one.get("type") == "application/ld+json"]
        return [json.loads(text) for text in texts]

    def by_id(self, name: str) -> Element | None:
        return next((one for one in self.all() if one.get("id") == name), None)

    def forms(self, action: str = "") -> list[Element]:
        """Return the forms that are posted, to one address or to any."""
        return [
            form
            for form in self.all("form")
            if form.get("method").lower() == "post" and action in ("", form.get("action"))
        ]


@lru_cache(maxsize=64)
def read(text: str) -> Page:
    """Read HTML. Visitors are mostly shown the same pages, so what was read is remembered."""
    return read_anew(text)


def read_anew(text: str) -> Page:
    """Read HTML into elements of its own, which may be marked."""
    builder = _Builder()
    builder.feed(text)
    page = Page("#page", children=builder.root.children)
    for child in page.children:
        if isinstance(child, Element):
            child.parent = page
    return page


def foreign(addresses: Iterable[str]) -> list[str]:
    """Return the addresses that name another origin."""
    return [
        one
        for one in addresses
        if _ABSOLUTE.match(one)
        and one != settings.SITE_ORIGIN
        and not one.startswith(f"{settings.SITE_ORIGIN}/")
    ]


def permitted_origins(content_security_policy: str) -> dict[str, list[str]]:
    """Return the origins that a policy allows beside the site's own, by directive."""
    found: dict[str, list[str]] = {}
    for directive in content_security_policy.split(";"):
        name, *sources = directive.split()
        others = [one for one in sources if "://" in one or one.startswith(("*", "//", "http"))]
        if others:
            found[name] = sorted(others)
    return found


def _candidates(srcset: str) -> list[str]:
    return [part.split()[0] for part in srcset.split(",") if part.strip()]


@dataclass(frozen=True)
class Asked:
    """One field that a form shows to people."""

    name: str
    label: str
    kind: str
    required: bool


def hidden_in(form: Element) -> dict[str, str]:
    """Return what a form sends beside what people type."""
    boxes = (box for box in form.all("input") if box.get("type") == "hidden")
    return {box.get("name"): box.get("value") for box in boxes}


def sent_as_drawn(form: Element) -> dict[str, str]:
    """Return what a browser sends of a form in which nobody has changed anything: marks, too."""
    marked = {
        box.get("name"): box.get("value") or "on"
        for box in form.all("input")
        if box.get("type") in ("radio", "checkbox") and "checked" in box.attrs
    }
    return {**hidden_in(form), **marked}


def fields_of(form: Element) -> list[Asked]:
    """Return the fields that people meet, in their order."""
    labels = {label.get("for"): label.text for label in form.all("label")}
    found = []
    for box in form.all("input", "select", "textarea"):
        kind = box.get("type") or box.tag
        if kind in ("hidden", "submit", "checkbox", "radio") or box.get("tabindex") == "-1":
            continue
        label = labels.get(box.get("id"), "")
        found.append(Asked(box.get("name"), label, kind, "(optional)" not in label))
    return found
