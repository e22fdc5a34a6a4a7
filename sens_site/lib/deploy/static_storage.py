"""Static files as the site sends them: hashed names, compressed, and our own CSS without its prose.

Comments and indentation are written for people who work on the file, and each color stands beside
its dark one. That goes when the files are collected, with a few expressions and no build tool.
"""

import re
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from sens_site.lib.content import ContentError, read_content

OURS = "css/"
COLORS = settings.CONTENT_DIR / "static" / "css" / "company.css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_GAP = re.compile(r"\s+")
# As it is written, and as Django writes it into the copy with a hashed name. That name follows from
# the colors, too, as it is made while the import stands.
_IMPORT = re.compile(r'@import (?:url\()?"company(?:\.[0-9a-f]+)?\.css"\)?;')
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


class SiteStaticStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, with our own stylesheets compacted on their way in."""

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OURS):
            css = with_colors(b"".join(content.chunks()).decode(), read_content(COLORS))
            content = ContentFile(plain_first(compact(css)).encode())
        saved: str = super()._save(name, content)  # type: ignore[misc]  # inherited from untyped whitenoise
        return saved
