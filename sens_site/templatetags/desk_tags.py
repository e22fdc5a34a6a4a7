"""The lists on the admin's front page: what waits, and what the set-up still needs; and its menu."""

from typing import Any
from urllib.parse import quote

from django import template
from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from sens_site.lib.admin.to_do import HasTasks
from sens_site.lib.cache.fragment_cache import drawn_once
from sens_site.set_up import set_up_items

register = template.Library()


@register.inclusion_tag("admin/to_do.html", takes_context=True)
def to_do(context: dict[str, Any]) -> dict[str, Any]:
    """Ask every admin page that this person may see for what waits there."""
    tasks = []
    user = context["request"].user
    for model, model_admin in admin.site._registry.items():  # noqa: SLF001 - has no public name
        if isinstance(model_admin, HasTasks) and model_admin.has_view_permission(
            context["request"]
        ):
            meta = model._meta
            url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            tasks += [
                (reverse(task.page) if task.page else url + task.query, task)
                for task in model_admin.to_do()
                if task.count and (not task.right or user.has_perm(task.right))
            ]
    return {
        "tasks": tasks,
        "set_up": not tasks and user.is_superuser and any(one.gaps for one in set_up_items()),
    }


@register.inclusion_tag("admin/set_up.html", takes_context=True)
def set_up(context: dict[str, Any], *, everything: bool = False) -> dict[str, Any]:
    """List what the set-up still needs, for owners; with `everything`, what is done as well."""
    if not context["request"].user.is_superuser:
        return {"items": []}
    return {
        "items": [item for item in set_up_items() if item.gaps or everything],
        "everything": everything,
    }


@register.simple_tag(takes_context=True)
def desk_menu(context: dict[str, Any]) -> SafeString:
    """Return the list of tables beside a page, drawn once for each set of rights and each place.

    Nothing else changes it, and to draw it takes as long as the rest of a page.
    """
    request, listed = context["request"], context["available_apps"]
    shown = tuple(
        (one["app_url"], *((m["object_name"], m["admin_url"], m["add_url"]) for m in one["models"]))
        for one in listed
    )
    addresses = {one[0] for one in shown} | {m[1] for one in shown for m in one[1:]}
    path = quote(request.path)
    here = frozenset(one for one in addresses if one and one in path)

    def draw() -> SafeString:
        known = {"available_apps": listed, "request": request}
        return render_to_string("admin/nav_sidebar.html", known)

    return drawn_once(("desk menu", shown, here), draw)
