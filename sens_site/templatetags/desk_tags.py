"""The lists on the admin's front page: what waits, and what the set-up still needs."""

from typing import Any

from django import template
from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from sens_site.lib.admin.to_do import HasTasks
from sens_site.lib.content import not_filled_in, read_vendors

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
                (url + task.query, task)
                for task in model_admin.to_do()
                if task.count and (not task.right or user.has_perm(task.right))
            ]
    return {"tasks": tasks}


@register.inclusion_tag("admin/set_up.html")
def set_up() -> dict[str, Any]:
    """Name what only the company can say and has not said yet."""
    return {"gaps": not_filled_in(settings.COMPANY, read_vendors(settings.CONTENT_DIR))}
