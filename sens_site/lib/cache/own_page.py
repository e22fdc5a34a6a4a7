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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Engine, RequestContext, Template
from django.template.context import make_context
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.urls import ResolverMatch, get_script_prefix
from django.utils.functional import SimpleLazyObject

from sens_site.lib.cache.compiled_nodes import Draw, compiled, language_and_zone
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.cache.member_page_cache import is_plain_request, of_nobody
from sens_site.lib.forms.drawing import FIELD, has_fields
from sens_site.lib.http.accept_encoding import accepted_encodings
from sens_site.lib.http.gzip_pieces import KeptPiece, gzipped_page, kept_piece, plain_page

PERSONAL = ("beside_heading", "page")
"""The blocks in which a page says what is the person's."""
MOST_FRAMES = 32
"""Of one template, in each process."""
_MARK = re.compile("\0(.*?)\0")

Frame = tuple[KeptPiece | str, ...]
"""What stands around the parts, and between each two of these the name of a part."""


DRAWN = "site.own_page"
"""Where it stands in `environ` that an answer is such a page, for `ready_own_pages`."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of which address and consent state a page is, and the headers that its view gave it."""

    match: ResolverMatch
    state: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class OwnPage:
    """The blocks of a template that are drawn for each person, and the frames around them.

    A frame is known by the address, the consent state, and whether something is typed there.
    """

    template: Template
    blocks: Mapping[str, Draw]
    frames: dict[tuple[str, str, bool], Frame] = field(default_factory=dict)


class AskedLate(Mapping[str, Any]):
    """What the context processors tell, once a name is looked for that the view has not given.

    Django asks them for each page, and a person's part of one seldom needs them.
    """

    def __init__(self, request: HttpRequest, engine: Engine) -> None:
        self._request, self._engine = request, engine

    @cached_property
    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for processor in self._engine.template_context_processors:
            told |= processor(self._request)
        return told

    def __getitem__(self, name: str) -> Any:
        return self._told[name]

    def __contains__(self, name: object) -> bool:
        return name in self._told

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


def own_page(
    request: HttpRequest, template_name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a page of whoever is logged in, as `django.shortcuts.render` does."""
    if status != 200 or not _has_frame(request):
        return render(request, template_name, context, status=status)
    key = "own page", template_name, get_script_prefix()
    page = fragment(key, lambda: _page_of(template_name))
    # What was done a moment ago is told by the query, and there is none.
    known = {"done": "", "user": _itself(request.user), **context}
    drawn = _draw_parts(page, known, request)
    fields = any(map(has_fields, drawn.values()))
    state = request.path, getattr(getattr(request, "consent", None), "key", ""), fields
    frame = page.frames.get(state)
    if frame is None:
        if len(page.frames) >= MOST_FRAMES:
            page.frames.clear()
        frame = page.frames[state] = _draw_frame(template_name, page, request, fields=fields)
    pieces = [drawn[one] if isinstance(one, str) else one for one in frame]
    if "gzip" in accepted_encodings(request.META.get("HTTP_ACCEPT_ENCODING", "")):
        response = HttpResponse(gzipped_page(pieces), headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(plain_page(pieces))
    if request.resolver_match is not None and not request.session.modified:
        request.META[DRAWN] = Drawn(request.resolver_match, state[1], dict(response.headers))
    return response


def _has_frame(request: HttpRequest) -> bool:
    match = request.resolver_match
    return (
        is_plain_request(request)
        and match is not None
        and not (match.args or match.kwargs)  # an address with a number in it is one person's
        and not getattr(request, "consent_services", ())
        and not settings.DEBUG
    )


def _itself(user: Any) -> Any:
    """Return who is logged in without what stands around: a template asks that five times a name."""
    return vars(user)["_wrapped"] if isinstance(user, SimpleLazyObject) else user


def _page_of(name: str) -> OwnPage:
    template: Template = vars(get_template(name))["template"]
    nodes: list[Any] = template.nodelist.get_nodes_by_type(BlockNode)
    found = {node.name: node for node in nodes if node.name in PERSONAL}
    context = make_context({}, autoescape=template.engine.autoescape)
    return OwnPage(
        template,
        {name: compiled(node.nodelist, context, template.engine) for name, node in found.items()},
    )


def _draw_parts(page: OwnPage, context: dict[str, Any], request: HttpRequest) -> dict[str, str]:
    template, here = page.template, language_and_zone()
    bound = RequestContext(request, autoescape=template.engine.autoescape)
    with bound.render_context.push_state(template), Context.bind_template(bound, template):
        late: Any = AskedLate(request, template.engine)
        bound.dicts[1:] = [late, {}, context]
        return {name: draw(bound, here) for name, draw in page.blocks.items()}


def _draw_frame(name: str, page: OwnPage, request: HttpRequest, *, fields: bool) -> Frame:
    """Draw the page for nobody, in a template that says a mark in place of each part."""
    typed = FIELD if fields else ""  # where the cookie banner stands depends on it
    blocks = "".join(
        f"{{% block {part} %}}\0{part}{typed}\0{{% endblock %}}" for part in page.blocks
    )
    around = page.template.engine.from_string(f'{{% extends "{name}" %}}{blocks}')
    drawn = _MARK.split(around.render(make_context({}, _nobodys(request))))
    return tuple(
        one.removesuffix(typed) if at % 2 else kept_piece(one) for at, one in enumerate(drawn)
    )


def _nobodys(request: HttpRequest) -> HttpRequest:
    """Return a request for the same page in which nothing is the person's."""
    anybody: Any = HttpRequest()
    anybody.path = anybody.path_info = request.path
    anybody.COOKIES = {settings.SESSION_COOKIE_NAME: ""}
    anybody.consent = getattr(request, "consent", None)  # equal for all who have its key
    nobodys: HttpRequest = of_nobody(anybody)
    return nobodys
