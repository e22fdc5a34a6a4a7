"""Addresses of the policies: the privacy policy under /privacy/, the terms under /legal/."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path, register_converter

from privacy.policy import comparison_views, log_views, machine_views, views
from privacy.policy.addresses import PRIVACY, TERMS
from privacy.policy.url_converters import IsoDay, VersionNumber

register_converter(VersionNumber, "version")
register_converter(IsoDay, "day")


def _family(base: str, slug: str, front: str, prefix: str) -> list[URLPattern]:
    def to(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(base + route, view, {"slug": slug}, name=name)

    return [
        to("", views.policy_page, front),
        to("history/", views.history_page, f"{prefix}history"),
        to("v/<version:number>/", views.version_page, f"{prefix}version"),
        to("v/<version:number>.json", machine_views.version_json, f"{prefix}version_json"),
        to("v/<version:number>.txt", machine_views.version_text, f"{prefix}version_text"),
        to("on/", views.choose_day, f"{prefix}choose_day"),
        to("on/<day:day>/", views.day_page, f"{prefix}on"),
        to("compare/", comparison_views.choose_pair, f"{prefix}choose_pair"),
        to(
            "compare/<version:old>/<version:new>/",
            comparison_views.compare_page,
            f"{prefix}compare",
        ),
        to(
            "compare/<version:old>/<version:new>.txt",
            comparison_views.compare_text,
            f"{prefix}compare_text",
        ),
        to("feed.atom", machine_views.feed, f"{prefix}feed"),
        to("log.txt", machine_views.log, f"{prefix}log"),
        to("list.json", machine_views.listing, f"{prefix}list"),
    ]


app_name = "policy"
urlpatterns = [
    path("privacy/acknowledge/", views.acknowledge_change, name="acknowledge"),
    path("privacy/log/checkpoint", log_views.checkpoint, name="checkpoint"),
    path("privacy/log/heads", log_views.heads, name="heads"),
    path("privacy/log/key", log_views.key, name="log_key"),
    *_family("privacy/", PRIVACY, "policy", ""),
    *_family("legal/", TERMS, "legal", "legal_"),
]
