"""What the search is told of news."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news import search_sources
from news.models import NewsItem
from search.registry import SOURCES, Entry
from tests.news.making import announce, moment

pytestmark = pytest.mark.django_db


def test_what_is_current_is_found_by_its_words_and_its_numbers():
    NewsItem.objects.all().delete()
    announce("manuals", at=moment("2026-03-04T10:00"), documents="A1C-24 Manual\n/legal/ Terms")
    announce("draft", publish_at=None)
    over = announce("over", at=moment("2026-03-04T10:00"))
    NewsItem.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert SOURCES["news"].label == "News"
    assert list(search_sources.entries()) == [
        Entry(
            key="manuals",
            path="/news/2026/manuals/",
            title="Manuals",
            text="Words on manuals.\n",
            description="About manuals.",
            numbers=("A1C-24",),
            changed_on=moment("2026-03-04T10:00").date(),
        )
    ]
