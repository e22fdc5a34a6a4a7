"""What other pages show of the news."""

from django import template

from news.models import NewsItem
from sens_site.lib.cache.fragment_cache import fragment

register = template.Library()
MOST_SHOWN = 2


@register.simple_tag
def latest_news() -> list[NewsItem]:
    """Return what is news now, the newest first."""
    return fragment("latest news", lambda: list(NewsItem.objects.current()[:MOST_SHOWN]))
