"""Breaks of what is promised about announcements."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("use.website-changes", in_sql=True)
def an_announcement_that_is_over_is_gone(hand: Hand) -> None:
    from news.models import NewsItemQuerySet

    def current(self: NewsItemQuerySet) -> Any:
        return public(self).filter(expires_at=None)

    public = NewsItemQuerySet.public
    hand.replace("news.models.NewsItemQuerySet.public", current)


@breaks("use.website-changes", measured=True)
def announcements_that_can_be_deleted(hand: Hand) -> None:
    hand.replace("news.services.delete_item", lambda item: item.delete())


@breaks("use.website-changes", way=Way.CONFIGURATION)
def an_announcement_without_its_date(hand: Hand) -> None:
    hand.template("news/item.html", ("item.published_at|date", "item.expires_at|date"))


@breaks("use.website-changes", way=Way.CONFIGURATION)
def an_archive_without_dates(hand: Hand) -> None:
    hand.template("news/list.html", ("<time", "<span"))


@breaks("use.website-changes", way=Way.CONFIGURATION)
def a_list_of_news_that_lists_nothing(hand: Hand) -> None:
    hand.template("news/list.html", ("{% for item in page %}", "{% for item in nothing %}"))


@breaks("use.website-changes", way=Way.ROWS)
def an_announcement_that_was_dated_back(hand: Hand) -> None:
    from news.models import NewsItem

    item: Any = NewsItem.objects.first()
    NewsItem.objects.filter(pk=item.pk).update(published_at=timezone.now() - timedelta(days=400))


@breaks("use.website-changes", way=Way.ROWS)
def an_announcement_that_is_lost(hand: Hand) -> None:
    from news.models import NewsItem

    item: Any = NewsItem.objects.first()
    item.delete()


@breaks("use.website-changes", way=Way.ROWS)
def an_announcement_whose_text_was_shown_later(hand: Hand) -> None:
    from news.models import NewsRevision

    NewsRevision.objects.update(publish_at=timezone.now())
