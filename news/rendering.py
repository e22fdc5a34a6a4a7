"""From what staff type to what readers see: the text as safe HTML, and what it speaks of as links."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - nh3 has cleaned it

from privacy.policy.rendering import render


@dataclass(frozen=True, slots=True)
class Related:
    """Something that an announcement speaks of, and where it is."""

    path: str
    name: str
    number: str = ""


def related(documents: str) -> list[Related]:
    """Read what is named, one a line: a number or an address, and a name behind it."""
    found = []
    for line in filter(None, map(str.strip, documents.splitlines())):
        said, _, name = line.partition(" ")
        if said.startswith("/"):
            found.append(Related(said, name.strip() or said))
        else:
            words = f"{name.strip()} ({said})" if name else said
            found.append(Related(f"/downloads/{said}/", words, said))
    return found


@lru_cache(maxsize=256)
def html_of(body: str) -> SafeString:
    """Return safe HTML. The same text is rendered once in each worker."""
    return mark_safe(render(body).html)
