"""The statistics page of staff. The rows themselves are not shown: some are of one person."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from sens_site.lib.admin.read_only import ReadOnlyAdmin
from visits.figures import HIDDEN, as_csv, figures
from visits.models import DailyCount
from visits.statistics import PERIODS, SMALLEST, Statistics, statistics

USUAL = 30


@admin.register(DailyCount)
class DailyCountAdmin(ReadOnlyAdmin[DailyCount]):
    """One page and one file, for who may look at them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="visits_dailycount_changelist"),
            path("export.csv", view(self.export_view), name="visits_dailycount_export"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        days, found = self._asked_for(request)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Visit statistics",
            "opts": self.opts,
            "days": days,
            "periods": PERIODS,
            "found": found,
            "figures": figures(found),
            "hidden": HIDDEN,
            "smallest": SMALLEST,
        }
        return TemplateResponse(request, "admin/visits/dailycount/change_list.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        days, found = self._asked_for(request)
        return HttpResponse(
            as_csv(found),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="visits-{days}-days.csv"'},
        )

    def _asked_for(self, request: HttpRequest) -> tuple[int, Statistics]:
        """Return the period that is asked for, and what is known of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        named = {str(days): days for days in PERIODS}
        asked = request.GET.get("days", str(USUAL))
        if asked not in named:
            raise BadRequest("There are statistics of 7, 30 and 365 days.")
        return named[asked], statistics(named[asked])
