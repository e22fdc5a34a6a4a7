"""What the search finds of the news."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.html import strip_tags

from news.models import NewsItem
from news.rendering import html_of, related
from search.registry import Entry, register_source


def entries() -> Iterator[Entry]:
    """Yield what is current: what is over stands in the archive."""
    items: Any = NewsItem.objects.current()
    for item in items:
        yield Entry(
            key=item.slug,
            path=item.get_absolute_url(),
            title=item.shown_title,
            text=strip_tags(html_of(item.shown_body)),
            description=item.shown_description,
            numbers=tuple(one.number for one in related(item.documents) if one.number),
            changed_on=timezone.localtime(item.shown_at).date(),
        )


register_source("news", "News", entries)
