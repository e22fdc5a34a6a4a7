"""Menu, breadcrumb and structured data, drawn from the navigation tree."""

from collections.abc import Callable
from html import unescape
from typing import Any, TypeVar

from django import template
from django.conf import settings
from django.db import Error as DatabaseFault
from django.template.loader import render_to_string
from django.utils.html import strip_spaces_between_tags
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - a template drew it

from pages.models import Page
from pages.page_texts import shipped_text
from pages.rendering import pieces_of, questions_of
from pages.tree import Tree, cards, known_tree, live_tree
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.json_ld import json_ld

register = template.Library()
Value = TypeVar("Value")


def _menu(tree: Tree, current: str, section: str) -> SafeString:
    """Draw the menu once for each place: nothing but `aria-current` ever changes."""

    def draw() -> SafeString:
        context = {"nodes": tree.menu, "current": current, "section": section}
        drawn = render_to_string("partials/menu.html", context)
        return mark_safe(strip_spaces_between_tags(" ".join(drawn.split()).replace(" >", ">")))

    return fragment(("menu", tree.number, current, section), draw)


def _tree(context: dict[str, Any]) -> Tree:
    """An error page has a status, and needs no database."""
    return known_tree() if "status" in context else live_tree()


@register.simple_tag(takes_context=True)
def menu_bar(context: dict[str, Any]) -> SafeString:
    """Return the whole menu, with the place where the visitor is marked."""
    request = context.get("request")
    tree = _tree(context)
    if request is None:
        return _menu(tree, "", "")
    trail = tree.trail_to(request.path)
    section = trail[1].path if len(trail) > 1 else ""
    return _menu(tree, request.path if request.path in tree.trails else "", section)


@register.inclusion_tag("partials/breadcrumb.html", takes_context=True)
def breadcrumb(context: dict[str, Any]) -> dict[str, Any]:
    """Return the links from Home to the page, and the page itself as the last one.

    A page that has no node of its own (a policy version, an account page) stands under its nearest
    ancestor in the tree, by its title.
    """
    request = context.get("request")
    if request is None or request.path == "/":
        return {"above": ()}
    trail = _tree(context).trail_to(request.path)
    known = trail[-1].path == request.path
    above = trail[:-1] if known else trail
    here = trail[-1].label if known else context.get("page_title", "")
    steps = [
        {"@type": "ListItem", "position": at, "name": node.label, "item": _absolute(node.path)}
        for at, node in enumerate(above, 1)
    ]
    # The last step has no address: it is the page that says so.
    steps.append({"@type": "ListItem", "position": len(steps) + 1, "name": unescape(here)})
    return {
        "above": above,
        "here": here,
        "structured": json_ld("BreadcrumbList", itemListElement=steps),
    }


@register.simple_tag
def organization() -> SafeString:
    """Return who the company is, as structured data: the facts of the footer."""
    address = {
        "@type": "PostalAddress",
        "streetAddress": settings.COMPANY.street,
        "addressLocality": settings.COMPANY.locality,
        "addressRegion": settings.COMPANY.region,
        "postalCode": settings.COMPANY.postal_code,
        "addressCountry": settings.COMPANY.country_code,
    }
    return json_ld(
        "Organization",
        name=settings.COMPANY.legal_name,
        alternateName=settings.COMPANY.short_name,
        url=_absolute("/"),
        telephone=settings.COMPANY.phone,
        faxNumber=settings.COMPANY.fax,
        address=address,
    )


@register.simple_tag
def website() -> SafeString:
    """Return what this site is, and how it is searched."""
    return json_ld(
        "WebSite",
        name=settings.COMPANY.short_name,
        url=_absolute("/"),
        potentialAction={
            "@type": "SearchAction",
            "target": _absolute("/search/?q={search_term_string}"),
            "query-input": "required name=search_term_string",
        },
    )


@register.simple_tag
def questions(body: str) -> SafeString | str:
    """Return a page of questions and answers as structured data; nothing where it is none."""
    asked = [
        {
            "@type": "Question",
            "name": question,
            "acceptedAnswer": {"@type": "Answer", "text": answer},
        }
        for question, answer in questions_of(body)
    ]
    return json_ld("FAQPage", mainEntity=asked) if asked else ""


def _absolute(path: str) -> str:
    return settings.SITE_ORIGIN + path


def _read(
    context: dict[str, Any],
    key: tuple[str, str],
    build: Callable[[], Value],
    *,
    without_database: Callable[[], Value],
) -> Value:
    """Return what is read once for each state of the content.

    Without a database a form that was sent comes back all the same, with what was typed.
    """
    try:
        return fragment(key, build)
    except DatabaseFault:
        if context["request"].method != "POST":
            raise
        return without_database()


@register.simple_tag(takes_context=True)
def page_text(context: dict[str, Any]) -> dict[str, Any]:
    """Return what staff have written for the page of another room: its text, and the pieces of it.

    A room serves an address of the tree itself and shows this above what it adds.
    """
    path = context["request"].path
    # Title, description and body of one page ask for the same.
    text = _read(
        context,
        ("text", path),
        lambda: Page.objects.shown([path])[path],
        without_database=lambda: shipped_text(path),
    )
    return {"text": text, "pieces": pieces_of(text.body)}


@register.simple_tag(takes_context=True)
def pages_below(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pages below the one that another room serves, each with what it is about."""
    path = context["request"].path
    below = live_tree().trails[path][-1].children

    def read() -> list[dict[str, Any]]:
        return cards(below, Page.objects.shown([one.path for one in below if one.content]))

    return _read(context, ("below", path), read, without_database=list)
