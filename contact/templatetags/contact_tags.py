"""The Contact Webmaster form, for any page to show."""

from functools import cache

from crispy_forms.utils import render_crispy_form
from django import template
from django.utils.safestring import SafeString

from contact.forms import WebmasterForm
from sens_site.context import render_without_request

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
