"""Static files as the site sends them: hashed names, compressed, and our own CSS without its prose.

Comments, indentation and the names of variables are written for people who work on the file, and
each color stands beside its dark one. That goes when the files are collected, with a few
expressions and no build tool.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from string import ascii_uppercase
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from sens_site.lib.content import ContentError, read_content

OURS = "css/"
SITE, DAYS = (settings.BASE_DIR / "static" / "css" / name for name in ("site.css", "days.css"))
STAND_ALONE = ("css/admin.css", "css/company.css", "css/mail.css")
"""Sheets of pages that have another one beside them, or none: their variables are not the site's."""
COLORS = settings.CONTENT_DIR / "static" / "css" / "company.css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_GAP = re.compile(r"\s+")
# As it is written, and as Django writes it into the copy with a hashed name. That name follows from
# the colors, too, as it is made while the import stands.
_IMPORT = re.compile(r'@import (?:url\()?"company(?:\.[0-9a-f]+)?\.css"\)?;')
_SHARED = re.compile(r'@import (?:url\()?"days(?:\.[0-9a-f]+)?\.css"\)?;')
_NAME = re.compile(r"--[a-z]+(?:-[a-z]+)*(?![\w-])")
_COLOR = re.compile(r"(--[a-z-]+):([^;{}]+)")
_PAIR = re.compile(r"(--[a-z-]+):light-dark\(([^(),]+),([^(),]+)\)")
_AROUND = re.compile(r" ?([{};,]) ?")
_BETWEEN = re.compile(r" ?(>=|>|<) ?")
_ZERO = re.compile(r"(?<![\w.])0\.(?=\d)")


def compact(css: str) -> str:
    """Return CSS without comments, and without white space where none is needed.

    Not for CSS of others: a string that holds a comment's beginning would be cut.
    """
    css = _AROUND.sub(r"\1", _GAP.sub(" ", _COMMENT.sub("", css))).replace(": ", ":").strip()
    return _ZERO.sub(".", _BETWEEN.sub(r"\1", css)).replace(";}", "}")


def with_colors(css: str, colors: str) -> str:
    """Return CSS that imports the company's colors with them in its own declarations instead.

    So they cost neither a request nor a byte. Where files are not collected, in development, the
    browser follows the import, and no layer stands over what it brings.
    """
    if not _IMPORT.search(css):
        return css
    for name, value in _COLOR.findall(compact(colors)):
        parts = re.split(rf"{name}:[^;]*;", css, maxsplit=1)
        if len(parts) != 2:
            raise ContentError(f"{COLORS} sets {name}, which no style of the site uses. Remove it.")
        css = f"{name}:{value};".join(parts)
    return _IMPORT.sub("", css)


def with_days(css: str) -> str:
    """Return CSS that imports how days are drawn with that in the place of the import.

    Some pages draw days and cards, some days and no card, and none asks for one more file.
    """
    days = DAYS.read_text("utf-8")
    return _SHARED.sub(lambda _: days, css)


def plain_first(css: str) -> str:
    """Return compact CSS with each pair of colors as two plain ones, the dark ones for dark screens.

    A browser that does not know `light-dark()` takes a variable that holds it for no color at all:
    borders and the ground of buttons were gone. `.deep` is dark on every screen; what it says itself
    stands in the same layer and is more specific.
    """
    dark = ";".join(f"{name}:{color}" for name, _, color in _PAIR.findall(css))
    if not dark:
        return css
    screen = f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    if ".deep{" in css:
        screen += f"@layer base{{@media screen{{.deep{{{dark}}}}}}}"
    return _PAIR.sub(r"\1:\2", css) + screen


def short_names(site: str, drawings: Iterable[str]) -> Mapping[str, str]:
    """Return a short name for each variable of the site's stylesheet that no drawing uses.

    Drawings are pictures of the company's own, and come as they are. What is declared has lower
    case, so a capital is nobody else's.
    """
    drawn = {name for one in drawings for name in _NAME.findall(one)}
    declared = re.findall(rf"({_NAME.pattern}):", compact(site))
    wanted = (name for name in dict.fromkeys(declared) if len(name) > 3 and name not in drawn)
    return {name: f"--{letter}" for name, letter in zip(wanted, ascii_uppercase, strict=False)}


def with_short_names(css: str, names: Mapping[str, str]) -> str:
    """Return CSS with its variables called by their short names."""
    return _NAME.sub(lambda match: names.get(match[0], match[0]), css)


def as_sent(name: str, css: str) -> str:
    """Return one of our stylesheets as browsers get it."""
    css = plain_first(compact(with_colors(with_days(css), read_content(COLORS))))
    if name in STAND_ALONE:
        return css
    pictures = sorted((settings.CONTENT_DIR / "static").rglob("*.svg"))
    names = short_names(SITE.read_text("utf-8"), map(read_content, pictures))
    return with_short_names(css, names)


class SiteStaticStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, with our own stylesheets compacted on their way in."""

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OURS):
            css = as_sent(name, b"".join(content.chunks()).decode())
            content = ContentFile(css.encode())
        saved: str = super()._save(name, content)  # type: ignore[misc]  # inherited from untyped whitenoise
        return saved

    def url(self, name: str, force: bool = False) -> str:  # type: ignore[override]  # as the mixin
        """Return where a file lies. Each page asks for several, and their names change by a release."""
        key = name, self.hashed_files.get(name), force, settings.DEBUG
        if key[1] is None:
            return str(super().url(name, force))
        if key not in self._urls:
            self._urls[key] = super().url(name, force)
        return self._urls[key]

    @cached_property
    def _urls(self) -> dict[Any, str]:
        return {}
