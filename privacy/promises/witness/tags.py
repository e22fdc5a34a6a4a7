"""Reading thousands of pages fast: their tags, each kind of tag judged once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

_TAG = re.compile(r"<[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style", re.DOTALL | re.IGNORECASE)
_SCRIPT = re.compile(r"(<script[^>]*>)(.*?)</script", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """The beginning of an element."""

    name: str
    attrs: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return an attribute, or an empty string."""
        return self.attrs.get(name, "")


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


def tags_of(html: str) -> list[Tag]:
    """Return the tags of a page, each that is written alike once."""
    without_comments = _COMMENT.sub("", html) if "<!--" in html else html
    return [tag for text in set(_TAG.findall(without_comments)) if (tag := _read(text))]


def styles_of(html: str) -> list[str]:
    """Return the style sheets that stand in a page itself."""
    return _STYLE.findall(html) if "<style" in html.lower() else []


def scripts_of(html: str) -> list[tuple[Tag, str]]:
    """Return the scripts of a page with what stands in them; data for machines are none."""
    found = [(_read(begin), inside) for begin, inside in _SCRIPT.findall(html)]
    return [
        (tag, inside)
        for tag, inside in found
        if tag is not None and tag.get("type") != "application/ld+json"
    ]
