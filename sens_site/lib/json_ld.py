"""Structured data for search engines, written so that no text in it can end its element."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - escaped below

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def json_ld(kind: str, **facts: Any) -> SafeString:
    """Return the content of a `<script type="application/ld+json">` element."""
    data = {"@context": "https://schema.org", "@type": kind, **facts}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))


def article(
    kind: str,
    *,
    path: str,
    headline: str,
    description: str,
    published: datetime,
    changed: datetime,
    **facts: Any,
) -> SafeString:
    """Return what machines are told of an article of ours: `NewsArticle`, `TechArticle`."""
    company = {"@type": "Organization", "name": settings.COMPANY.legal_name}
    return json_ld(
        kind,
        headline=headline,
        description=description,
        url=settings.SITE_ORIGIN + path,
        image=f"{settings.SITE_ORIGIN}/share.png",
        datePublished=timezone.localtime(published).isoformat(timespec="seconds"),
        dateModified=timezone.localtime(changed).isoformat(timespec="seconds"),
        inLanguage="en",
        author=company,
        publisher=company,
        **facts,
    )
