"""Views of the content pages, of moved addresses, and of the pictures and files on pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import resolve
from django.views.decorators.http import require_safe

from pages.models import Page
from pages.navigation import Node
from pages.rendering import pieces_of
from pages.tree import Tree, cards, live_tree
from sens_site.errors import no_such_page
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.csp import FILE_POLICY, serialise
from sens_site.lib.http.third_parties import third_parties_welcome
from sens_site.lib.texts import Text

# Whatever somebody managed to store as a picture: it runs nothing, even where it is opened as a page.
SANDBOX = serialise({**FILE_POLICY, "sandbox": ()}).strip()
A_YEAR = "max-age=31536000, immutable"
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@third_parties_welcome
@shared_page
@alike_for_members
def content_page(request: HttpRequest, node: Node | None = None) -> HttpResponse:
    """Show the text of the node at this address, and where its children are."""
    return show(request, node or live_tree().trails[request.path][-1])


def show(request: HttpRequest, node: Node, *, instead: Text | None = None) -> HttpResponse:
    """Draw a content page. `instead` is a text that visitors do not see: a preview."""
    home, tree = node.path == "/", live_tree()
    children = tree.menu if home else node.children
    on_home = [one for one in children if home and one.on_home]
    below = [child for one in on_home for child in one.children]
    wanted = [n.path for n in (node, *children, *below) if n.content and n.path]
    texts = (
        # Those of the home page are of half the site.
        fragment("texts at home", lambda: Page.objects.shown(wanted))
        if home
        else Page.objects.shown(wanted)
    )
    text = instead or texts[node.path]
    context = {
        "node": node,
        "text": text,
        "pieces": pieces_of(text.body),
        "children": cards(children, texts),
        "bands": [_band(one, texts) for one in on_home],
        "section": _section_of(node, tree),
        "is_preview": instead is not None,
    }
    return render(request, "pages/content.html", context)


def _band(node: Node, texts: Mapping[str, Text]) -> dict[str, Any]:
    """Return what stands on the home page of a part of the site."""
    below = [one for one in node.children if one.in_menu]
    return {"node": node, "cards": cards(below, texts)}


def _section_of(node: Node, tree: Tree) -> Node | None:
    """Return the top page whose other pages stand beside this one.

    What is drawn stands on its own, and so does a page that nothing is below or beside.
    """
    above = tree.trail_to(node.path)[1:-1]
    beside = above and above[0].in_menu and not (node.drawing or node.children)
    return above[0] if beside else None


@require_safe
@third_parties_welcome
@shared_page
@alike_for_members
def site_map(request: HttpRequest) -> HttpResponse:
    """List all pages in the shape of the tree."""
    return render(request, "pages/site_map.html", {"nodes": live_tree().home.children})


@require_safe
def moved(request: HttpRequest, new: str) -> HttpResponse:
    """Lead from an address at which a page once was. Stands behind all pages of the site."""
    if resolve(new).func in (no_such_page, moved):
        return no_such_page(request)
    return HttpResponsePermanentRedirect(new)


@require_safe
def stored_file(request: HttpRequest, digest: str, name: str, ending: str) -> HttpResponseBase:
    """Give out a picture or file. Its address names its content, so it stays the same for ever."""
    file = Path(settings.MEDIA_ROOT) / "files" / digest / f"{name}.{ending}"
    if not file.is_file():
        raise Http404
    response = FileResponse(
        file.open("rb"),
        as_attachment=not CONTENT_TYPES[ending].startswith("image/"),
        filename=file.name,
        content_type=CONTENT_TYPES[ending],
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    # Of an answer to somebody who is signed in nothing is stored, whatever it is.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        kind = "private" if request.COOKIES else "public"
        response.headers["Cache-Control"] = f"{kind}, {A_YEAR}"
    return response
