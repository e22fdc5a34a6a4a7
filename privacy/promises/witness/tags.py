"""Reading thousands of pages fast: their tags, each kind of tag judged once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html.parser import HTMLParser

_TAG = re.compile(r"<[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style", re.DOTALL | re.IGNORECASE)
_SCRIPT = re.compile(r"(<script[^>]*>)(.*?)</script", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CSS_ADDRESS = re.compile(r"(?:url\(|@import|image-set\()\s*[\"']?\s*([^\"')\s;]+)", re.IGNORECASE)
_FETCHING = (
    "action", "archive", "background", "classid", "code", "codebase", "data", "dynsrc",
    "formaction", "longdesc", "lowsrc", "manifest", "poster", "profile", "src", "xlink:href",
)  # fmt: skip
_SETS = ("srcset", "imagesrcset")
_BY_HREF = ("base", "feimage", "image", "use")
_TELLING = frozenset({"alternate", "author", "canonical", "help", "license", "me", "next", "prev"})
"""Kinds of `<link>` that a browser does not follow by itself."""
_ASKS_AHEAD = frozenset({"dns-prefetch", "modulepreload", "preconnect", "prefetch", "prerender"})
_HANDLER = re.compile(r"on[a-z]+")
_SCRIPT_ADDRESS = ("javascript:", "vbscript:")


@dataclass(frozen=True)
class Tag:
    """The beginning of an element."""

    name: str
    attrs: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return an attribute, or an empty string."""
        return self.attrs.get(name, "")

    @cached_property
    def does_something(self) -> bool:
        """Tell whether it loads, leads, reports or runs anything: most tags only stand there."""
        return bool(self.loaded or self.leads or self.beacon or self.runs)

    @cached_property
    def loaded(self) -> tuple[str, ...]:
        """What a browser asks for by itself on account of the element, or where a form goes."""
        return tuple(filter(None, self._loaded()))

    def _loaded(self) -> Iterator[str]:
        yield from (self.get(name) for name in _FETCHING)
        for name in _SETS:
            yield from (part.split()[0] for part in self.get(name).split(",") if part.strip())
        rel = set(self.get("rel").lower().split())
        if self.name in _BY_HREF or (self.name == "link" and rel - _TELLING):
            yield self.get("href")
        if "style" in self.attrs:
            yield from css_addresses(self.get("style"))
        yield self._leads_on

    @cached_property
    def leads(self) -> tuple[str, ...]:
        """Where a person comes, or what they send goes, by the element, or by itself after a while."""
        named = [self.get(name) for name in ("action", "formaction", "ping")]
        if self.name in ("a", "area"):
            named += [self.get("href"), self.get("xlink:href")]
        return tuple(filter(None, [*named, self._leads_on]))

    @property
    def _leads_on(self) -> str:
        """Where a page leads by itself."""
        if self.name == "meta" and self.get("http-equiv").lower() == "refresh":
            return self.get("content").partition("=")[2].strip(" '\"")
        return ""

    @cached_property
    def beacon(self) -> str:
        """By what it reports what somebody does, or asks ahead; nothing for all that is usual."""
        if self.get("ping"):
            return "reports which link is followed"
        if self.name == "link" and _ASKS_AHEAD & set(self.get("rel").lower().split()):
            return "asks ahead for another address"
        sizes = {self.get("width"), self.get("height")}
        if self.name == "img" and ("hidden" in self.attrs or sizes & {"0", "1"}):
            return "holds a picture that nobody sees"
        if "srcdoc" in self.attrs:
            return "holds a page within the page"
        return ""

    @cached_property
    def runs(self) -> str:
        """By which attribute it runs a script; nothing where by none."""
        for name, value in self.attrs.items():
            if _HANDLER.fullmatch(name):
                return name
            if "".join(value.split()).lower().startswith(_SCRIPT_ADDRESS):
                return name
        return ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Tag | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = self.found or Tag(tag, {name: value or "" for name, value in attrs})


@lru_cache(maxsize=20_000)
def _read(text: str) -> Tag | None:
    reader = _Reader()
    reader.feed(text)
    return reader.found


@lru_cache(maxsize=8)
def tags_of(html: str) -> list[Tag]:
    """Return the tags of a page, each that is written alike once."""
    without_comments = _COMMENT.sub("", html) if "<!--" in html else html
    return [tag for text in set(_TAG.findall(without_comments)) if (tag := _read(text))]


@lru_cache(maxsize=8)
def doing_tags_of(html: str) -> list[Tag]:
    """Return those tags of a page of which a rule could have anything to say."""
    return [tag for tag in tags_of(html) if tag.does_something]


def css_addresses(text: str) -> list[str]:
    """Return what a style sheet makes a browser ask for."""
    return _CSS_ADDRESS.findall(text)


def styles_of(html: str) -> list[str]:
    """Return the style sheets that stand in a page itself."""
    return _STYLE.findall(html) if "<style" in html.lower() else []


def scripts_of(html: str) -> list[tuple[Tag, str]]:
    """Return the scripts of a page with what stands in them; data for machines are none."""
    found = [(_read(begin), inside) for begin, inside in _SCRIPT.findall(html)]
    return [
        (tag, inside)
        for tag, inside in found
        if tag is not None and tag.get("type") not in ("application/ld+json", "application/json")
    ]
