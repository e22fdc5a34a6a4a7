"""The public record of processing, for people and for machines."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacy.datamap.portable import SCHEMA
from privacy.datamap.record import as_json, records
from privacy.datamap.vendors import firms
from sens_site.lib.http.cache_control import shared_page


@require_safe
@shared_page
def record_page(request: HttpRequest) -> HttpResponse:
    """Show what the site holds, why, on what basis, for how long, and who receives it."""
    return render(request, "privacy/datamap/record.html", {"records": records(), "firms": firms()})


@require_safe
@shared_page
def record_json(request: HttpRequest) -> HttpResponse:
    """Give the same in terms of the W3C Data Privacy Vocabulary."""
    return JsonResponse(
        as_json(),
        content_type="application/ld+json",
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


@require_safe
@shared_page
def portable_schema(request: HttpRequest) -> HttpResponse:
    """Say in which format somebody takes their information along (JSON Schema)."""
    return JsonResponse(
        SCHEMA,
        content_type="application/schema+json",
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
