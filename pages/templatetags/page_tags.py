"""Menu, breadcrumb and links, drawn from the navigation tree."""

from typing import Any

from django import template

from pages.navigation import MENU, Node, trail_to

register = template.Library()


@register.simple_tag
def menu() -> tuple[Node, ...]:
    """Return the top entries of the menu."""
    return MENU


@register.simple_tag(takes_context=True)
def breadcrumb(context: dict[str, Any]) -> tuple[Node, ...]:
    """Return the nodes from Home to the page that is shown."""
    request = context.get("request")
    return trail_to(request.path) if request is not None else ()
