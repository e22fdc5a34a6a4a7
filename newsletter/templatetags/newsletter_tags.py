"""What the newsletter adds to the pages of an account, which knows nothing of it."""

from typing import Any

from django import template

from newsletter.links import readers_of

register = template.Library()


@register.inclusion_tag("newsletter/own.html")
def own_newsletter(user: Any) -> dict[str, Any]:
    """Draw what the confirmed addresses of an account get, each with its own page."""
    return {"readers": readers_of(user)}
