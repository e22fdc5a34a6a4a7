"""Views of the content pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.models import PageText
from pages.navigation import HOME, MENU, TRAILS, Node
from pages.page_texts import Text
from pages.rendering import html_of
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.third_parties import third_parties_welcome


@require_safe
@third_parties_welcome
@shared_page
@alike_for_members
def content_page(request: HttpRequest) -> HttpResponse:
    """Show the text of the node at this address, and where its children are."""
    node = TRAILS[request.path][-1]
    return show(request, node)


def show(request: HttpRequest, node: Node, *, instead: Text | None = None) -> HttpResponse:
    """Draw a content page. `instead` is a text that is not stored: a preview."""
    children = MENU if node is HOME else node.children
    texts = PageText.objects.shown([n.path for n in (node, *children) if n.content])
    text = instead or texts[node.path]
    context = {
        "node": node,
        "text": text,
        "html": html_of(text.body),
        "children": [
            {
                "node": child,
                "about": texts[child.path].description if child.content else child.about,
            }
            for child in children
        ],
        "is_preview": instead is not None,
    }
    return render(request, "pages/content.html", context)


@require_safe
@third_parties_welcome
@shared_page
@alike_for_members
def site_map(request: HttpRequest) -> HttpResponse:
    """List all pages in the shape of the tree."""
    return render(request, "pages/site_map.html", {"nodes": HOME.children})
