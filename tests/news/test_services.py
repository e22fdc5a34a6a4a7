"""Announcements from the draft to the archive."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from news import services
from news.models import NewsCategory, NewsItem, NewsRevision
from sens_site.lib.revisions import NotPossibleError
from sens_site.lib.texts import Text
from tests.news.making import announce, category, moment

pytestmark = pytest.mark.django_db

SECOND = Text("Second", "The second.", "Other words.\n")


def draft(slug: str = "draft") -> NewsItem:
    return services.create_item(slug=slug, category=category(), text=SECOND)


def newest(item: NewsItem) -> NewsRevision:
    return item.revisions.all()[0]


def test_a_draft_has_no_date_and_is_on_no_record():
    item = draft()
    assert (item.published_at, item.is_on_record, item.text) == (None, False, None)
    assert item.working_text == SECOND


def test_the_date_is_that_of_the_first_text_and_stays_when_a_second_is_published():
    item = announce("first", at=moment("2026-03-04T10:00"))
    services.save_text(item, text=SECOND, publish_at=timezone.now())
    assert timezone.localtime(item.published_at).isoformat()[:16] == "2026-03-04T10:00"
    assert item.text == SECOND


def test_the_date_follows_the_plan_until_it_comes():
    item = draft()
    tomorrow = timezone.now() + timedelta(days=1)
    services.publish_text(newest(item), at=tomorrow)
    item.refresh_from_db()
    assert (item.published_at, item.is_on_record) == (tomorrow, False)
    services.cancel_plan(newest(item))
    item.refresh_from_db()
    assert item.published_at is None


def test_the_same_text_saved_twice_is_one_text():
    item = announce("first")
    again = Text(item.title, item.description, item.body)
    assert services.save_text(item, text=again) == newest(item)
    assert item.revisions.count() == 1


def test_an_older_text_comes_back_as_a_draft():
    item = announce("first")
    old = newest(item)
    services.save_text(item, text=SECOND, publish_at=timezone.now())
    services.restore_text(old)
    assert (item.working_text, item.text) == (old.text, SECOND)


def test_what_has_been_published_is_not_deleted():
    item, later = announce("first"), announce("later", at=timezone.now() + timedelta(days=1))
    with pytest.raises(NotPossibleError, match="stays on record"):
        services.delete_item(item)
    services.delete_item(later)
    services.delete_item(draft())
    assert list(NewsItem.objects.filter(shipped="")) == [item]


def test_an_end_is_still_to_come():
    item = announce("first")
    with pytest.raises(NotPossibleError, match="still to come"):
        services.set_expiry(item, expires_at=timezone.now() - timedelta(seconds=1))
    services.set_expiry(item, expires_at=timezone.now() + timedelta(hours=1))
    assert not item.is_over
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert [one.is_over for one in NewsItem.objects.filter(pk=item.pk)] == [True]
    services.set_expiry(item, expires_at=None)
    assert item.expires_at is None


def test_a_category_in_use_stays():
    item = announce("first")
    with pytest.raises(NotPossibleError, match="announcements in this category"):
        services.delete_category(item.category)
    services.change_item(item, category=category("Notices"), documents=" A-1 Manual ")
    services.delete_category(NewsCategory.objects.get(name="Products"))
    item.refresh_from_db()
    assert (item.category.name, item.documents) == ("Notices", "A-1 Manual")


@pytest.mark.once
def test_no_text_is_half_empty():
    item = draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        NewsRevision.objects.create(item=item, title="T", description="", body="B")


def test_what_staff_have_at_the_address_of_a_shipped_one_stands(settings, tmp_path):
    settings.CONTENT_DIR = tmp_path
    (tmp_path / "news").mkdir()
    for slug in ("taken", "free"):
        text = "# Shipped\n> Shipped.\nCategory: Products!\n\nShipped.\n"
        (tmp_path / "news" / f"2026-03-04-{slug}.md").write_text(text, encoding="utf-8")
    mine = announce("taken")  # in the category Products, whose address is that of Products!
    assert (services.load_news(), services.load_news()) == (1, 0)
    assert NewsItem.objects.get(slug="taken").text == mine.text
    assert NewsItem.objects.get(slug="free").category == mine.category


def test_loading_twice_changes_nothing(settings):
    NewsItem.objects.all().delete()
    files = len(list((settings.CONTENT_DIR / "news").glob("*.md")))
    assert files > 0
    assert (services.load_news(), services.load_news()) == (files, 0)
