"""Views of the content pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.navigation import TRAILS
from sens_site.lib.caching import shared_page


@require_safe
@shared_page
def content_page(request: HttpRequest) -> HttpResponse:
    """Show the text of the node at this address."""
    node = TRAILS[request.path][-1]
    return render(request, "pages/content.html", {"node": node})
