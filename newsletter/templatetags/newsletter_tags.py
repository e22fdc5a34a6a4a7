"""What the newsletter adds to the pages of an account, which knows nothing of it."""

from collections.abc import Iterable
from typing import Any

from django import template

from newsletter.own_rows import readers_of
from sens_site.lib.own_rows import OwnRow

register = template.Library()


@register.inclusion_tag("newsletter/own.html")
def own_newsletter(rows: Iterable[OwnRow]) -> dict[str, Any]:
    """Draw what the addresses of an account get, each with its own page."""
    return {"readers": readers_of(rows)}
