"""The lists on the admin's front page: what waits, and what the set-up still needs."""

from typing import Any

from django import template
from django.contrib import admin
from django.urls import reverse

from sens_site.lib.admin.to_do import HasTasks
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
