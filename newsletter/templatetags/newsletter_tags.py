"""What the newsletter adds to the pages of an account, which knows nothing of it."""

from collections.abc import Iterable

from django import template

from newsletter.links import OwnReader
from newsletter.own_rows import readers_of
from sens_site.lib.own_rows import OwnRow

register = template.Library()


@register.simple_tag
def own_newsletter(rows: Iterable[OwnRow]) -> list[OwnReader]:
    """Return what the addresses of an account get, each with its own page."""
    return readers_of(rows)
