"""The forms of this room, for any page to show, and what stands beside them."""

from functools import cache
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import template
from django.db import Error as DatabaseFault
from django.utils.safestring import SafeString

from contact import departments
from contact.forms import DepartmentForm, WebmasterForm
from contact.models import LATE_AFTER
from contact.order_models import OrderState
from privacy.datamap.subjects import subject_of
from sens_site.context import render_without_request
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.departments import Department

register = template.Library()


@cache
def kept_form() -> SafeString:
    """Return the empty form. It never changes and costs 2 ms to draw, so it is drawn once."""
    drawn: SafeString = render_crispy_form(WebmasterForm())
    return drawn


@cache
def kept_section() -> SafeString:
    """Return the form under its heading, which is what links to the form lead to."""
    return render_without_request("contact/section.html", {"drawn_form": kept_form()})


@register.simple_tag
def webmaster_form() -> SafeString:
    """Draw the form with heading and introduction, as a section at the foot of a page."""
    return kept_section()


@register.simple_tag
def webmaster_form_alone() -> SafeString:
    """Draw the form for a page whose heading names it already."""
    return kept_form()


@cache
def kept_department_form(topic: str) -> SafeString:
    """Return the empty form of a department."""
    form = DepartmentForm(department=departments.with_forms()[topic])
    drawn: SafeString = render_crispy_form(form)
    return drawn


@register.simple_tag(takes_context=True)
def department_here(context: dict[str, Any]) -> Department:
    """Return the department whose page this is."""
    return departments.at(context["request"].path)


@register.simple_tag
def department_form(department: Department) -> SafeString:
    """Draw the empty form of a department."""
    return kept_department_form(department.topic)


@register.simple_tag(takes_context=True)
def own_orders(context: dict[str, Any]) -> dict[str, Any]:
    """Return whether there is a list of orders, and of who is logged in their own."""
    request = context["request"]
    try:
        listed = fragment("orders listed at", OrderState.objects.listed_at)
        user = request.user if listed and context["signed_in"]() else None
        return {
            "listed_at": listed,
            "rows": list(OrderState.objects.of(subject_of(user))) if user else (),
        }
    except DatabaseFault:
        if request.method != "POST":
            raise
        return {"listed_at": None, "rows": ()}  # what was typed comes back all the same


@register.simple_tag
def days_until_reminder() -> int:
    """Return after how many days without an answer the site reminds staff."""
    return LATE_AFTER.days


@register.filter
def asks_for(department: Department, name: str) -> bool:
    """Tell whether the form of a department has a field."""
    return department.asks_for(name)
