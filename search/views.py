"""The search page, and what browsers are told so that they can search here themselves."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search.asked import MOST_CHARACTERS
from search.finding import Found, search
from search.misses import note
from search.registry import SOURCES
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.local_limit import LocalLimit

SEARCHES = LocalLimit((60, 60), (1000, 3600))
"""How often one client may search, counted in memory alone: nothing tells who has searched."""


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the form; with `q` what was found. That page is kept by nobody: it holds what was typed."""
    if "q" not in request.GET:
        return _form_alone(request)
    wait = SEARCHES.take(SEARCHES.client(request))
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    typed = request.GET["q"].strip()
    source = request.GET.get("in", "")
    found = search(typed, source=source if source in SOURCES else "", page=_number(request))
    if typed and not found.everywhere and request.method == "GET":
        note(typed)
    response = render(request, "search/search.html", _context(typed, found))
    # Where a link leads from here learns the site, not what was searched for; our own log neither.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@shared_page
@alike_for_members
def _form_alone(request: HttpRequest) -> HttpResponse:
    return render(request, "search/search.html", _context("", None))


def _number(request: HttpRequest) -> int:
    given = request.GET.get("page", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 1


def _context(typed: str, found: Found | None) -> dict[str, object]:
    context: dict[str, object] = {"typed": typed, "found": found, "most": MOST_CHARACTERS}
    if found is not None:
        labels = {name: source.label for name, source in SOURCES.items()}
        context |= {
            "hits": [(hit, labels.get(hit.source, "")) for hit in found.hits],
            "filters": [
                ("", "Everything", found.everywhere),
                *(
                    (name, label, found.counts[name])
                    for name, label in labels.items()
                    if found.counts.get(name)
                ),
            ],
            "query": urlencode({"q": typed}),
            "before": found.page - 1,
            "after": found.page + 1 if found.page < found.pages else 0,
            "is_cut": len(typed) > MOST_CHARACTERS,
        }
    return context


@require_safe
@shared_page
def opensearch(request: HttpRequest) -> HttpResponse:
    """Answer /opensearch.xml (OpenSearch 1.1): how a browser searches this site."""
    return render(
        request,
        "search/opensearch.xml",
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )
