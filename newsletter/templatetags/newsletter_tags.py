"""What the newsletter adds to the pages of an account, which knows nothing of it."""

from collections.abc import Iterable
from typing import Any

from django import template

from newsletter.links import readers_at

register = template.Library()


@register.inclusion_tag("newsletter/own.html")
def own_newsletter(addresses: Iterable[Any]) -> dict[str, Any]:
    """Draw what the confirmed ones of an account's addresses get, each with its own page."""
    return {"readers": readers_at(one.email for one in addresses if one.verified)}
