"""What the policies and promises have to be found: privacy stands beside the search, not above it."""

import re
from collections.abc import Iterator
from html import unescape

from django.urls import reverse

from privacy.policy.models import PRIVACY, TERMS, PolicyVersion
from privacy.policy.rendering import promise_ids, without_marks
from privacy.promises.claims import claims_among
from search.registry import Entry, register_source

_SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_BLOCK = re.compile(r"</?(?:p|li|ul|ol|td|th|tr|br|pre|hr|blockquote|h\d)\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")


def words_of_html(html: str) -> str:
    """Return what a reader of safe HTML sees, in one line."""
    return " ".join(unescape(_TAG.sub("", _BLOCK.sub(" ", html))).split())


def sections() -> Iterator[Entry]:
    """Yield each section of the policies in force."""
    for slug in (PRIVACY, TERMS):
        version = PolicyVersion.objects.in_force(slug)
        if version is None:
            continue
        title, path = version.policy.title, version.policy.paths.in_force
        before, *rest = _SECTION.split(without_marks(version.rendered_html))
        yield Entry(slug, path, title, words_of_html(before), changed_on=version.last_updated)
        for anchor, heading, body in zip(*[iter(rest)] * 3, strict=True):
            yield Entry(
                key=f"{slug}#{anchor}",
                path=f"{path}#{anchor}",
                title=f"{words_of_html(heading)} ({title})",
                text=words_of_html(body),
                changed_on=version.last_updated,
            )


def promises() -> Iterator[Entry]:
    """Yield each promise of the privacy policy in force."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    ids = promise_ids(version.source_text) if version else []
    claims = claims_among(ids)
    for claim in (claims[one] for one in dict.fromkeys(ids) if one in claims):
        yield Entry(
            key=claim.id,
            path=reverse("promises:promise", args=[claim.number]),
            title=claim.claim,
            text=claim.practice,
            description=f"Promise {claim.number} · {claim.section_title}",
        )


register_source("policy", "Policies", sections)
register_source("promises", "Promises", promises)
