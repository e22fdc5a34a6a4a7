"""Where the links of a text lead once it stands on this site.

Links inside the text keep their targets. Those that are relative to the old site lead nowhere
here, unless somebody says what to do with all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote, urljoin

from privacy.policy.importing.document import Block, Runs, placed_runs
from privacy.policy.importing.findings import Findings, ImportRefused
from privacy.policy.rendering import URL_SCHEMES

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://[^\s/?#]+[^\s?#]*", re.IGNORECASE)


class Relative(StrEnum):
    """What becomes of links that are relative to the old site."""

    ASK = ""
    ABSOLUTE = "absolute"
    DROP = "drop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the file: its words, its target there, and its target here ("" where it is none)."""

    place: str
    text: str
    was: str
    target: str

    @property
    def is_relative(self) -> bool:
        """Tell whether it leads to another page of the old site."""
        return (
            not _SCHEME.match(self.was) and self.was[0] != "#" and (not self.was.startswith("//"))
        )


def settle(
    blocks: Sequence[Block], findings: Findings, *, relative: Relative, origin: str
) -> list[Link]:
    """Give each link its target here, and return them all in the order of reading."""
    if relative is Relative.ABSOLUTE and not _ORIGIN.fullmatch(origin):
        raise ImportRefused("Give the address of the old site, such as https://www.example.com/.")
    pins = {run.pin for runs, _ in placed_runs(blocks) for run in runs if run.pin}
    links: list[Link] = []
    for runs, place in placed_runs(blocks):
        for start, end in _linked(runs):
            href = runs[start].href
            text = " ".join("".join(run.text for run in runs[start:end]).split())
            if not text:
                target = ""
            else:
                target = _target(href, pins, relative, origin)
                links.append(Link(place, text, href, target))
                if not target:
                    findings.leave_out(place, f"link to {href}", _why(href), text)
            runs[start:end] = [replace(run, href=target) for run in runs[start:end]]
    return links


def _linked(runs: Runs) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number, run in enumerate(runs):
        if not run.href:
            continue
        if found and found[-1][1] == number and runs[number - 1].href == run.href:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found


def _target(href: str, pins: set[str], relative: Relative, origin: str) -> str:
    href = re.sub(r"[\x00-\x20]+", lambda m: "%20" * len(m[0].strip("\r\n\t")), href.strip())
    if href.startswith("#"):
        return href if unquote(href[1:]) in pins else ""
    scheme = _SCHEME.match(href)
    if scheme:
        return href if scheme[1].lower() in URL_SCHEMES else ""
    if href.startswith("//"):
        return f"https:{href}"
    if relative is Relative.DROP:
        return ""
    return urljoin(origin, href) if relative is Relative.ABSOLUTE else href


def _why(href: str) -> str:
    if href.startswith("#"):
        return "Its target is not in the text. Its words stay."
    if _SCHEME.match(href):
        return "Such a link is not allowed on this site. Its words stay."
    return "It led to a page of the old site. Its words stay."
