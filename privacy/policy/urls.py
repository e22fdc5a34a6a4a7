"""Addresses of the policies: the privacy policy under /privacy/, the terms under /legal/."""

from django.urls import URLPattern, path, register_converter

from privacy.policy import views
from privacy.policy.converters import IsoDay, VersionNumber
from privacy.policy.models import PRIVACY, TERMS

register_converter(VersionNumber, "version")
register_converter(IsoDay, "day")


def _family(base: str, slug: str, front: str, prefix: str) -> list[URLPattern]:
    of = {"slug": slug}
    return [
        path(base, views.policy_page, of, name=front),
        path(f"{base}history/", views.history_page, of, name=f"{prefix}history"),
        path(f"{base}v/<version:number>/", views.version_page, of, name=f"{prefix}version"),
    ]


urlpatterns = [
    *_family("privacy/", PRIVACY, "policy", ""),
    *_family("legal/", TERMS, "legal", "legal_"),
]
