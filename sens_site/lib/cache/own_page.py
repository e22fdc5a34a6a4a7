"""A person's own page: the frame is drawn once for nobody, what is the person's for each request.

Menu, side navigation, headings and footer are the same for all members in one consent state, and
cost more than all that an own page says. The frame is drawn from the page's own template, with an
empty context, for the member who is nobody (`member_page_cache`) and with a request that has
nothing of the person's; in place of the two blocks that may name somebody stand marks. So nothing
personal is there that could be kept. These blocks are drawn each time, with the view's context.

Whatever is said but once (that something was done, a mistake, a message, a notice) takes the way
through the whole template.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Template
from django.template.context import make_context
from django.template.loader import get_template
from django.template.loader_tags import BlockNode

from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.cache.member_page_cache import Nobody, NoSession, is_plain_request
from sens_site.lib.forms.drawing import FIELD, has_fields

PERSONAL = ("beside_heading", "page")
"""The blocks in which a page says what is the person's."""
_MARK = re.compile("\0(.*?)\0")

Parts = Mapping[str, BlockNode]
Frame = tuple[str, ...]
"""What stands around the parts, and between each two of these the name of a part."""


def own_page(
    request: HttpRequest, template_name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a page of whoever is logged in, as `django.shortcuts.render` does."""
    if status != 200 or not _has_frame(request):
        return render(request, template_name, context, status=status)
    parts = fragment(("parts of", template_name), lambda: _parts_of(template_name))
    drawn = _draw_parts(_template(template_name), parts, context, request)
    fields = any(map(has_fields, drawn.values()))
    consent = getattr(request, "consent", None)
    frame = fragment(
        ("frame of", template_name, request.path, getattr(consent, "key", ""), fields),
        lambda: _draw_frame(template_name, parts, request, fields=fields),
    )
    return HttpResponse("".join(drawn[one] if at % 2 else one for at, one in enumerate(frame)))


def _has_frame(request: HttpRequest) -> bool:
    match = request.resolver_match
    return (
        is_plain_request(request)
        and match is not None
        and not (match.args or match.kwargs)  # an address with a number in it is one person's
        and not getattr(request, "consent_services", ())
        and not settings.DEBUG
    )


def _template(name: str) -> Template:
    found: Template = vars(get_template(name))["template"]
    return found


def _parts_of(name: str) -> Parts:
    """Return the blocks of a template that are drawn for each person."""
    nodes = _template(name).nodelist.get_nodes_by_type(BlockNode)
    return {node.name: node for node in nodes if node.name in PERSONAL}


def _draw_parts(
    template: Template, parts: Parts, context: dict[str, Any], request: HttpRequest
) -> dict[str, str]:
    bound = make_context(context, request, autoescape=template.engine.autoescape)
    with bound.render_context.push_state(template), bound.bind_template(template):
        return {name: node.nodelist.render(bound) for name, node in parts.items()}


def _draw_frame(name: str, parts: Parts, request: HttpRequest, *, fields: bool) -> Frame:
    """Draw the page for nobody, in a template that says a mark in place of each part."""
    field = FIELD if fields else ""  # where the cookie banner stands depends on it
    blocks = "".join(f"{{% block {part} %}}\0{part}{field}\0{{% endblock %}}" for part in parts)
    source = f'{{% extends "{name}" %}}{blocks}'
    drawn = _template(name).engine.from_string(source).render(make_context({}, _nobodys(request)))
    return tuple(
        one.removesuffix(field) if at % 2 else one for at, one in enumerate(_MARK.split(drawn))
    )


def _nobodys(request: HttpRequest) -> HttpRequest:
    """Return a request for the same page in which nothing is the person's."""
    anybody: Any = HttpRequest()
    anybody.method = "GET"
    anybody.path = anybody.path_info = request.path
    anybody.COOKIES = {settings.SESSION_COOKIE_NAME: ""}
    anybody.user, anybody.session = Nobody(), NoSession()
    anybody._messages = ()  # noqa: SLF001 - where Django's context processor looks
    anybody.consent = getattr(request, "consent", None)  # equal for all who have its key
    return anybody
