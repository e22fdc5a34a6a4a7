"""What programs ask: whether the process lives, whether it can work, and what it has counted."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from sens_site.lib.http.faults import leave_unlogged
from sens_site.lib.http.machine_addresses import may_see_inside
from sens_site.lib.http.types import SiteRequest
from sens_site.lib.metrics import exposition
from sens_site.measures import Measures
from sens_site.readiness import Lookout

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
lookout = Lookout()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Asks nobody: a database that is away is no reason to end it."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: SiteRequest) -> HttpResponse:
    """Say whether requests may be sent here, and to who may see inside, what is wrong.

    With `?all=1` what only needs a person counts as well, for monitors that read the status alone.
    """
    seen = lookout.readiness()
    good = seen.is_well if request.GET.get("all") == "1" else seen.is_ready
    told: dict[str, object] = {"ready": seen.is_ready}
    if may_see_inside(request):
        told["checks"] = seen.found
    response = JsonResponse(told, status=200 if good else 503)
    leave_unlogged(response)  # asked every few seconds, it would fill the log with one line
    return response


@require_safe
def metrics(request: SiteRequest) -> HttpResponse:
    """Give the figures, to this machine or with the token. For all others there is no such page."""
    if not may_see_inside(request):
        raise Http404
    return HttpResponse(exposition([Measures(lookout.readiness())]), content_type=EXPOSITION)
