"""`{% url %}`, worked out once where nothing but its name decides: Django asks its resolvers each time.

Stands among the builtins of the site's templates (`TEMPLATES` in the settings).
"""

from django import template
from django.template.base import FilterExpression, Parser, Token, Variable
from django.template.defaulttags import URLNode, url
from django.urls import get_script_prefix, get_urlconf

register = template.Library()


class KeptURLNode(URLNode):
    """The address of a page that is named by a constant and has one address."""

    is_constant = True

    def __init__(self, view_name: FilterExpression) -> None:
        super().__init__(view_name, [], {}, None)
        self.kept: dict[tuple[str | None, str], str] = {}

    def render(self, context: template.Context) -> str:
        where = get_urlconf(), get_script_prefix()
        if where not in self.kept:
            self.kept[where] = super().render(context)
        return self.kept[where]


@register.tag("url")
def kept_url(parser: Parser, token: Token) -> URLNode:
    """Read the tag as Django does. Which address a name of the desk has depends on the page."""
    node: URLNode = url(parser, token)
    name = node.view_name
    constant = not isinstance(name.var, Variable) and not name.filters
    if node.args or node.kwargs or node.asvar or not constant or name.var.startswith("admin:"):
        return node
    return KeptURLNode(name)
