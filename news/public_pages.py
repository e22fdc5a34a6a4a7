"""The announcements among the public pages, and when they change by the clock."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from news.models import NewsItem, NewsRevision, shown_text
from news.rendering import related
from sens_site.lib.cache.content_stamp import changes_by_the_clock
from sens_site.lib.public_pages import PublicPage, register_pages
from sens_site.lib.texts import day_in_words


@changes_by_the_clock
def times_of_news() -> Iterator[datetime]:
    """Yield when what is news changes by itself."""
    now = timezone.now()
    planned = NewsRevision.objects.planned(now).values_list("publish_at", flat=True)
    ending = NewsItem.objects.filter(expires_at__gt=now).values_list("expires_at", flat=True)
    yield from filter(None, (*planned, *ending))


def pages_of_news() -> Iterator[PublicPage]:
    """Yield the list, then every announcement, newest first."""
    items: list[Any] = list(NewsItem.objects.public())
    yield PublicPage(
        path=reverse("news:list"),
        title="News",
        description="What is announced on this website, newest first.",
        changed_at=max((item.shown_at for item in items), default=None),
        markdown=partial(_list, items),
    )
    for item in items:
        yield PublicPage(
            path=item.get_absolute_url(),
            title=item.shown_title,
            description=item.shown_description,
            changed_at=item.shown_at,
            markdown=partial(_item, item),
        )


register_pages("news", pages_of_news)


def _list(items: Iterable[Any]) -> str:
    lines = (
        f"- [{item.shown_title}]({item.get_absolute_url()}), {day_in_words(item.published_at)}: "
        f"{item.shown_description}\n"
        for item in items
    )
    return "# News\n\n" + ("".join(lines) or "There is no news yet.\n")


def _item(item: Any) -> str:
    text = shown_text(item)
    links = "".join(f"- [{one.name}]({one.path})\n" for one in related(item.documents))
    more = f"\n## More about this\n\n{links}" if links else ""
    dated = f"{day_in_words(item.published_at)}, {item.category.name}"
    return f"# {text.title}\n\n{dated}\n\n{text.body}{more}"
