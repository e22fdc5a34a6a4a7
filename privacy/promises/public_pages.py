"""The board of promises among the public pages."""

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import rows_of
from privacy.promises.models import PromiseRun
from sens_site.lib.public_pages import PublicPage, register_pages

DESCRIPTION = "What the privacy policy promises, and what the last look at each promise found."


def pages_of_promises() -> Iterator[PublicPage]:
    """Yield the board, which the newest run has changed."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    if version is None:
        return
    newest = PromiseRun.objects.order_by("-number").values_list("at", flat=True).first()
    markdown = partial(_board, version.source_text)
    yield PublicPage(reverse("promises:promises"), "Promises", DESCRIPTION, newest, markdown)


register_pages("promises", pages_of_promises)


def _board(source: str) -> str:
    """Write each promise under its section: how it stands, and where more is said of it."""
    sections: dict[str, str] = {}
    for row in rows_of(promise_ids(source)):
        title, path = row.claim.section_title, reverse("promises:promise", args=[row.claim.number])
        line = f"- [{row.claim.claim}]({path}) {row.state_words}.\n"
        sections[title] = sections.get(title, f"## {title}\n\n") + line
    return "\n".join([f"# Promises\n\n{DESCRIPTION}\n", *sections.values()])
