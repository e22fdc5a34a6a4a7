"""What the pages have to be found: title, description and text, as visitors see them now."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from pages.models import Page
from pages.rendering import SHORT_FORM
from pages.tree import live_tree
from privacy.policy.blocks import blocks_of
from search.registry import Entry, register_source
from sens_site.lib.texts import Text


def pages() -> Iterator[Entry]:
    """Yield every page of the tree that may be found; of those of other rooms their names."""
    nodes = [node for node in live_tree().walk() if node.indexed]
    texts = Page.objects.shown([node.path for node in nodes if node.content])
    edited: Any = Page.objects.edited()
    edited_at: dict[str, datetime] = {row.path: row.shown_at for row in edited}
    for node in nodes:
        text = texts.get(node.path) or Text(node.label, node.about, "")
        moment = edited_at.get(node.path)
        yield Entry(
            key=node.path,
            path=node.path,
            title=text.title,
            text=" ".join(block.text for block in blocks_of(SHORT_FORM.sub("", text.body))),
            description=text.description,
            changed_on=moment and timezone.localtime(moment).date(),
        )


register_source("pages", "Pages", pages)
