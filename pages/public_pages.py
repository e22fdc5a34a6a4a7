"""The content pages among the public pages: those that stand in the tree and that this room shows."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.urls import resolve

from pages.models import Page
from pages.page_texts import shipped_text
from pages.tree import live_tree
from pages.views import content_page
from sens_site.lib.public_pages import PublicPage, register_pages
from sens_site.lib.texts import Text


def pages_of_the_tree() -> Iterator[PublicPage]:
    """Yield them in the order of the tree.

    Where another room serves the address of a page, that room tells of it.
    """
    nodes = [node for node in live_tree().walk() if node.content and node.indexed]
    found = Page.objects.filter(path__in=[node.path for node in nodes]).with_shown()
    rows: dict[str, Any] = {row.path: row for row in found}
    for node in nodes:
        if resolve(node.path).func is not content_page:
            continue
        text, changed_at = _read(rows.get(node.path), node.path)
        yield PublicPage(
            path=node.path,
            title=text.title,
            description=text.description,
            changed_at=changed_at,
            markdown=partial(_markdown, text),
        )


register_pages("pages", pages_of_the_tree)


def _read(row: Any, path: str) -> tuple[Text, datetime | None]:
    """Return what is shown, and since when: a text of staff, or the shipped one.

    A page that no set-up has seen yet has no row.
    """
    if row is None:
        return shipped_text(path), None
    if row.shown_body:
        return Text(row.shown_title, row.shown_description, row.shown_body), row.shown_at
    since = row.shipped_text_since
    return shipped_text(row.shipped), since and max(since, row.shown_at or since)


def _markdown(text: Text) -> str:
    return f"# {text.title}\n\n{text.body}"
