"""What other pages show of the downloads: why a log-in is asked for, and what somebody has fetched."""

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from downloads.gate import document_behind
from downloads.models import Document, DocumentVersion
from downloads.own_rows import by_title, newest_first
from sens_site.lib.json_ld import json_ld

register = template.Library()


@register.simple_tag
def document_wanted(path: str | None) -> Document | None:
    """Return the document for which somebody is asked to log in, by where they are led after it."""
    return document_behind(path) if path else None


register.filter(newest_first)
register.filter(by_title)


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
