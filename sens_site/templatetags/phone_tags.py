"""Telephone numbers that can be pressed."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from sens_site.lib.phone import address_of, numbers, with_links

register = template.Library()


@register.simple_tag
def phone(number: str) -> SafeString:
    """Return a number as a link that calls it."""
    return format_html('<a href="{}">{}</a>', address_of(number), number)


@register.filter
def phone_links(text: str) -> SafeString:
    """Return a text in which the company's numbers can be pressed."""
    return with_links(conditional_escape(text), numbers())
