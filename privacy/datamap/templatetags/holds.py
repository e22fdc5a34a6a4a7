"""Telling staff, wherever they look at a person, that what is held may only be stored."""

from typing import Any

from django import template

from privacy.datamap.holds import is_held

register = template.Library()


@register.filter
def held(row: Any) -> bool:
    """Tell whether the row of an admin page is of somebody who is held."""
    return bool(row) and is_held(row)
