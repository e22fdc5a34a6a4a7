"""What other pages show of the downloads: why a log-in is asked for, and what somebody has fetched."""

from typing import Any

from django import template
from django.conf import settings
from django.db.models import QuerySet
from django.urls import Resolver404, resolve
from django.utils.safestring import SafeString

from downloads.access import Answer, Stranger, answer_for
from downloads.models import Document, DocumentVersion, DownloadRecord, Watch
from sens_site.lib.json_ld import json_ld

register = template.Library()
MOST_SHOWN = 100


@register.simple_tag
def document_behind(path: str) -> Document | None:
    """Return the document for which somebody is asked to log in, by where they are led after it."""
    try:
        found = resolve(path or "/")
    except Resolver404:
        return None
    if found.app_name != "downloads" or "number" not in found.kwargs:
        return None
    document = Document.objects.published().filter(number=found.kwargs["number"]).first()
    current = document.current if document else None
    gated = current is not None and answer_for(current, Stranger()) is Answer.LOG_IN
    return document if gated else None


@register.simple_tag
def downloads_of(user: Any) -> QuerySet[DownloadRecord]:
    """Return what somebody has fetched, the newest first."""
    records = DownloadRecord.objects.filter(user_id=user.pk)
    return records.select_related("version__document").defer("version__text")[:MOST_SHOWN]


@register.simple_tag
def watches_of(user: Any) -> QuerySet[Watch]:
    """Return of which documents somebody wants to hear."""
    return Watch.objects.filter(user_id=user.pk).select_related("document")


@register.simple_tag
def technical_article(document: Document, version: DocumentVersion) -> SafeString:
    """Return what a document is, as structured data."""
    return json_ld(
        "TechArticle",
        headline=document.title,
        description=document.description,
        identifier=document.number,
        inLanguage=document.language,
        version=version.label,
        dateModified=version.issued_on.isoformat(),
        isAccessibleForFree=not document.is_gated,
        url=settings.SITE_ORIGIN + document.get_absolute_url(),
    )
