"""Texts that people write for public pages, and the files in which some of them come.

A file begins with `# Title` and `> description`; the rest is the body.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path

from django.utils import timezone
from django.utils.formats import date_format

from sens_site.lib.content import ContentError, read_content

_LINK_TO_US = re.compile(r'href="(/[^"#?]*)')


@dataclass(frozen=True, slots=True)
class Text:
    """What stands on one page. `description` is for search engines and for the links to it."""

    title: str
    description: str
    body: str

    @property
    def source(self) -> str:
        """All of it as its file would be, for a comparison and for readers of Markdown."""
        return f"# {self.title}\n\n{self.description}\n\n{self.body}"

    def normalised(self) -> "Text":
        """Return it as it is stored: without what browsers and people add at ends."""
        body = self.body.replace("\r\n", "\n").strip() + "\n"
        return Text(self.title.strip(), self.description.strip(), body)


def read_text(file: Path) -> Text:
    """Read a text from its file. Raises ContentError where it has not the shape of one."""
    lines = [*read_content(file).split("\n", 2), "", ""]
    title, description, body = lines[0].strip(), lines[1].strip(), lines[2].strip()
    if title[:2] != "# " or description[:2] != "> " or not body:
        raise ContentError(f"{file} is not the text of a page.")
    return Text(title[2:], description[2:], body + "\n")


def links_to_us(html: str) -> list[str]:
    """Return the addresses of this site to which HTML of ours links."""
    return [unescape(path) for path in _LINK_TO_US.findall(html) if path[:2] != "//"]


def day_in_words(moment: datetime) -> str:
    """Write the day of a moment as pages do, in the zone of the site."""
    return date_format(timezone.localtime(moment))
