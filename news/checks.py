"""System check of the announcements that come with the company's content."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from news.shipped import SHAPE, shipped_items
from sens_site.lib.content import ContentError


@register()
def check_shipped_news(**kwargs: Any) -> list[CheckMessage]:
    """E001: each file is an announcement that set-up can bring in."""
    try:
        shipped_items()
    except ContentError as error:
        return [Error(str(error), hint=f"{SHAPE}.", id="news.E001")]
    return []
