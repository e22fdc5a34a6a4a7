"""The part of HTML of a mail: its look stands where it counts, as mail programs drop style sheets."""

from functools import cache
from textwrap import fill
from typing import Any

from django.conf import settings

LOOK = "css/mail.css"
_LINE = 240
"""Characters of a line of HTML: a line of a mail has no more than 998 bytes (RFC 5322, 2.1.1)."""


@cache
def _inliner() -> Any:
    import css_inline  # noqa: PLC0415 - three megabytes, for who writes such a mail

    look = (settings.BASE_DIR / "static" / LOOK).read_text("utf-8")
    return css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=look)


def with_look(page: str) -> str:
    """Return a page as a mail carries it, with each rule at what it is about."""
    return _short_lines(str(_inliner().inline(page)))


def _short_lines(html: str) -> str:
    """Break long lines where white space is: in HTML a line break is as good as a space."""
    return "\n".join(
        fill(line, _LINE, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)
        if len(line) > _LINE
        else line
        for line in html.splitlines()
    )
