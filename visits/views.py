"""The one address at which pages report that they are seen."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from privacy.consent.enforcement import ConsentRequest
from privacy.consent.offer.catalogue import (
    VISIT_COOKIE,
    VISIT_MINUTES,
    VISIT_STATISTICS,
    VISITOR_COOKIE,
    VISITOR_DAYS,
)
from privacy.consent.own_page import from_own_page
from sens_site.lib.http.local_limit import LocalLimit
from visits import services
from visits.models import PageView
from visits.report import Report, number_in
from visits.withdrawal import forget_views

BODY_MAX = 4096
BEGINNINGS = LocalLimit((120, 3600), (500, 24 * 3600))
"""How many visits may begin at one address, in one process. Those beyond it are not counted.

In memory alone: a row of the shared cache would tell by its time who began which visit.
"""


@require_POST
@from_own_page
def report(request: ConsentRequest) -> HttpResponse:
    """Count that a page is seen, or for how long, if that is allowed at this moment.

    A page may have been opened before consent was taken back in another tab, or restored by Back:
    what counts is the cookie that comes with the report.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_MAX:
        raise RequestDataTooBig
    if VISIT_STATISTICS.key not in request.consent.services:
        return _forget(request)
    reported = Report.read(request)
    visit, visitor = number_in(request, VISIT_COOKIE), number_in(request, VISITOR_COOKIE)
    if reported.seconds:
        return _count_time(reported, visit, visitor)
    return _count_view(request, reported, visit, visitor)


def _count_time(reported: Report, visit: UUID | None, visitor: UUID | None) -> HttpResponse:
    response = HttpResponse(status=204)
    if visitor is not None:
        added = services.add_time(visitor=visitor, path=reported.path, seconds=reported.seconds)
        if added and visit is not None:
            _keep_visit(response, visit)
    return response


def _count_view(
    request: HttpRequest, reported: Report, visit: UUID | None, visitor: UUID | None
) -> HttpResponse:
    if visit and visitor:
        if services.add_view(visit=visit, visitor=visitor, path=reported.path):
            response = HttpResponse(status=204)
            _keep_visit(response, visit)
            return response
        if PageView.objects.of_visit(visit, visitor).exists():
            return _too_many(VISIT_MINUTES * 60)
    wait = BEGINNINGS.take(BEGINNINGS.client(request))
    if wait:
        return _too_many(wait)
    view = services.begin_visit(
        visitor=visitor, path=reported.path, referring_host=reported.referring_host
    )
    response = HttpResponse(status=204)
    _keep_visit(response, view.visit)
    if visitor is None:
        _keep(response, VISITOR_COOKIE, view.visitor, seconds=VISITOR_DAYS * 24 * 3600)
    return response


def _too_many(wait: int) -> HttpResponse:
    return HttpResponse(status=429, headers={"Retry-After": str(wait)})


def _forget(request: HttpRequest) -> HttpResponse:
    """Store nothing, and delete what an earlier consent has left. The cookies go with any answer."""
    response = HttpResponse(status=204)
    forget_views(request, response)
    return response


def _keep_visit(response: HttpResponse, visit: UUID) -> None:
    _keep(response, VISIT_COOKIE, visit, seconds=VISIT_MINUTES * 60)


def _keep(response: HttpResponse, name: str, number: UUID, *, seconds: int) -> None:
    response.set_cookie(
        name,
        number.hex,
        max_age=seconds,
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )
