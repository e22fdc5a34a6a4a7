"""Menu and breadcrumb, drawn from the navigation tree."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from pages.navigation import MENU, TRAILS, trail_to

register = template.Library()


@lru_cache(maxsize=256)
def _menu(current: str, section: str) -> SafeString:
    """Draw the menu once for each place: nothing but `aria-current` ever changes."""
    context = {"nodes": MENU, "current": current, "section": section}
    return render_to_string("partials/menu.html", context)


@register.simple_tag(takes_context=True)
def menu_bar(context: dict[str, Any]) -> SafeString:
    """Return the whole menu, with the place where the visitor is marked."""
    request = context.get("request")
    if request is None:
        return _menu("", "")
    trail = trail_to(request.path)
    section = trail[1].path if len(trail) > 1 else ""
    return _menu(request.path if request.path in TRAILS else "", section)


@register.inclusion_tag("partials/breadcrumb.html", takes_context=True)
def breadcrumb(context: dict[str, Any]) -> dict[str, Any]:
    """Return the links from Home to the page, and the page itself as the last one.

    A page that has no node of its own (a policy version, an account page) stands under its nearest
    ancestor in the tree, by its title.
    """
    request = context.get("request")
    if request is None or request.path == "/":
        return {"above": ()}
    trail = trail_to(request.path)
    if trail[-1].path == request.path:
        return {"above": trail[:-1], "here": trail[-1].label}
    return {"above": trail, "here": context.get("page_title", "")}
