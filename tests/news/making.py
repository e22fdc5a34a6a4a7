"""Announcements of a test."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from news import services
from news.models import NewsCategory, NewsItem
from sens_site.lib.texts import Text


def category(name: str = "Products") -> NewsCategory:
    made, _ = NewsCategory.objects.get_or_create(name=name, defaults={"slug": name.lower()})
    return made


def announce(slug: str, *, at: datetime | None = None, **fields: Any) -> NewsItem:
    """Publish one, now or at a time."""
    said = Text(slug.capitalize(), f"About {slug}.", f"Words on {slug}.\n")
    values = {"category": category(), "text": said, "publish_at": at or timezone.now(), **fields}
    return services.create_item(slug=slug, **values)


def moment(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))
