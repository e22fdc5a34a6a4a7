"""What the script of the visit statistics is given by the page that it stands on."""

from django import template
from django.template.context import Context

from visits.page_token import proven

register = template.Library()


@register.simple_tag(takes_context=True)
def page_token(context: Context) -> str:
    """Return the path of the page, with the proof that it is one."""
    return proven(context["request"].path)
