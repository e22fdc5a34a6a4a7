"""The public pages for programs that read: a list of them, and each as Markdown."""

import json
from collections.abc import Iterable
from itertools import islice

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls.converters import StringConverter
from django.views.decorators.http import require_safe

from sens_site.errors import leads_somewhere
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.public_pages import PublicPage, pages_by_room, public_page

LISTED_OF_A_ROOM = 100
"""Pages of one room that `llms.txt` names: it is an overview, and the site map has them all."""
FETCHED_AHEAD_OF_A_ROOM = 500
HOME = "index"
OPTIONAL = """## Optional

- [Site map]({origin}/sitemap.xml): every public page; above stand {most} of a kind at most.
"""


class PageAddress(StringConverter):
    """Matches `about` in `/about.md`, and gives the view `/about/`."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*"

    def to_python(self, value: str) -> str:
        """Refuse what is no page: the address goes on to whoever else may have it."""
        address = "/" if value == HOME else f"/{value}/"
        if not leads_somewhere(address):
            raise ValueError
        return address


def markdown_address(path: str) -> str:
    """Return where a page is found as Markdown."""
    return f"/{path.strip('/') or HOME}.md"


@require_safe
@shared_page
def markdown_page(request: HttpRequest, address: str) -> HttpResponse:
    """Give a public page in Markdown. Search engines are told to list the page itself."""
    page = public_page(address)
    if page is None:
        raise Http404
    response = HttpResponse(page.markdown(), content_type="text/markdown; charset=utf-8")
    response.headers["Link"] = f'<{settings.SITE_ORIGIN}{page.path}>; rel="canonical"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@shared_page
def llms_txt(request: HttpRequest) -> HttpResponse:
    """List what there is to read, for programs that cannot follow a menu (llmstxt.org)."""
    rooms = [(room, list(islice(pages, LISTED_OF_A_ROOM + 1))) for room, pages in pages_by_room()]
    home = next((page.description for _, pages in rooms for page in pages if page.path == "/"), "")
    sections = [_section(room, pages[:LISTED_OF_A_ROOM]) for room, pages in rooms if pages]
    if any(len(pages) > LISTED_OF_A_ROOM for _, pages in rooms):
        sections.append(OPTIONAL.format(most=LISTED_OF_A_ROOM, origin=settings.SITE_ORIGIN))
    text = f"# {settings.COMPANY.legal_name}\n\n> {home}\n\n" + "\n".join(sections)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@shared_page
def speculation_rules(request: HttpRequest) -> HttpResponse:
    """Name the pages that a browser may fetch ahead: public ones, which set nothing and hold no secret.

    Only where they are linked to without a query: what a query asks for is an act of its own.
    """
    if not settings.SPECULATION_RULES:
        raise Http404
    pages = [
        page.path for _, pages in pages_by_room() for page in islice(pages, FETCHED_AHEAD_OF_A_ROOM)
    ]
    where = {"and": [{"href_matches": pages}, {"not": {"href_matches": "/*\\?*"}}]}
    rules = {"prefetch": [{"source": "document", "where": where, "eagerness": "moderate"}]}
    return HttpResponse(
        json.dumps(rules, separators=(",", ":")), content_type="application/speculationrules+json"
    )


def _section(room: str, pages: Iterable[PublicPage]) -> str:
    lines = "".join(
        f"- [{page.title}]({settings.SITE_ORIGIN}{markdown_address(page.path)}): {page.description}\n"
        for page in pages
    )
    return f"## {room.capitalize()}\n\n{lines}"
