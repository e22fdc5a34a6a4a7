"""The announcements as visitors read them: newest first, by year, by category, each by itself."""

import re
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from news.models import NewsCategory, NewsItem, NewsItemQuerySet, shown_text
from news.rendering import html_of, related
from sens_site.lib.atom_feed import AtomFeed
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.third_parties import third_parties_welcome
from sens_site.lib.json_ld import article
from sens_site.lib.texts import Text

PAGE_SIZE = 20
FEED_SIZE = 20
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@require_safe
@third_parties_welcome
@shared_page
@alike_for_members
def news_list(request: HttpRequest) -> HttpResponse:
    """Show what is news, newest first, below what staff say about news."""
    years = [
        day.year for day in NewsItem.objects.public().datetimes("published_at", "year", "DESC")
    ]
    categories = NewsCategory.objects.filter(items__in=NewsItem.objects.public()).distinct()
    more = {"years": years, "categories": categories, "front": True}
    return _show_list(request, NewsItem.objects.current(), more)


@require_safe
@shared_page
@alike_for_members
def year_list(request: HttpRequest, year: int) -> HttpResponse:
    """Show all announcements of a year: also those that are no longer current."""
    items = NewsItem.objects.public().filter(published_at__year=year)
    return _show_list(request, items, {"title": f"News of {year}"})


@require_safe
@shared_page
@alike_for_members
def category_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all announcements of a category."""
    category = get_object_or_404(NewsCategory, slug=slug)
    items = NewsItem.objects.public().filter(category=category)
    return _show_list(request, items, {"title": f"News: {category.name}"})


@require_safe
@shared_page
@alike_for_members
def item_page(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """Show an announcement at its address."""
    items = NewsItem.objects.public().filter(published_at__year=year)
    item = get_object_or_404(items, slug=slug)
    return show(request, item, shown_text(item))


def show(request: HttpRequest, item: Any, text: Text, *, is_preview: bool = False) -> HttpResponse:
    """Draw an announcement, with a text of it."""
    context = {
        "item": item,
        "text": text,
        "html": html_of(text.body),
        "related": related(item.documents),
        "is_preview": is_preview,
        "structured": "" if is_preview else _structured(item, text),
    }
    return render(request, "news/item.html", context)


@require_safe
@shared_page
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest announcements as an Atom feed, whose ids never change."""
    items: Any = NewsItem.objects.current()[:FEED_SIZE]
    if not items:
        raise Http404
    origin, name = settings.SITE_ORIGIN, settings.COMPANY.short_name
    atom = AtomFeed(
        title=f"News from {name}",
        description=f"What {name} announces on its website.",
        link=origin + reverse("news:list"),
        feed_url=origin + reverse("news:feed"),
        feed_guid=f"tag:{settings.SITE_HOST},2026:news",
        language="en-us",
    )
    for item in items:
        day = timezone.localtime(item.published_at).date()
        atom.add_item(
            title=item.shown_title,
            link=origin + item.get_absolute_url(),
            description=html_of(item.shown_body),
            unique_id=f"tag:{settings.SITE_HOST},{day.isoformat()}:news/{item.slug}",
            pubdate=item.published_at,
            updateddate=item.shown_at,
            categories=[item.category.name],
        )
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _show_list(request: HttpRequest, items: NewsItemQuerySet, more: dict[str, Any]) -> HttpResponse:
    number = request.GET.get("page", "1")
    try:
        if not PAGE_NUMBER.fullmatch(number):
            raise Http404
        page = Paginator(items, PAGE_SIZE).page(int(number))
    except InvalidPage:
        raise Http404 from None
    if not page.object_list and "front" not in more:
        raise Http404
    return render(request, "news/list.html", {"page": page, **more})


def _structured(item: Any, text: Text) -> SafeString:
    return article(
        "NewsArticle",
        path=item.get_absolute_url(),
        headline=text.title,
        description=text.description,
        published=item.published_at,
        changed=item.shown_at,
        articleSection=item.category.name,
    )
