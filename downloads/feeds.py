"""New versions as an Atom feed whose entries keep their names for ever."""

from django.conf import settings
from django.utils import timezone

from downloads.access import Answer, Stranger, answer_for
from downloads.models import DocumentVersion
from sens_site.lib.atom_feed import AtomFeed

FEED_SIZE = 50
SINCE = 2026
"""The year from which documents have an address here: part of the names, and so for ever."""


def new_versions() -> str:
    """Return the newest versions that are offered, with what has changed in each."""
    offered = DocumentVersion.objects.offered(timezone.now()).select_related("document")
    atom = AtomFeed(
        title=f"New documents: {settings.SITE_HOST}",
        description="",
        subtitle="Every new version in the Download Center.",
        link=f"{settings.SITE_ORIGIN}/downloads/",
        feed_url=f"{settings.SITE_ORIGIN}/downloads/feed.atom",
        feed_guid=_tag("downloads"),
        language="en-us",
    )
    for version in offered.defer("text").order_by("-publish_at", "-pk")[:FEED_SIZE]:
        answer = answer_for(version, Stranger())
        gate = "\n\nThe file is for registered customers." if answer is Answer.LOG_IN else ""
        atom.add_item(
            title=f"{version.document.title}, version {version.label}",
            link=settings.SITE_ORIGIN + version.document.get_absolute_url(),
            description=f"{version.change_note}\n\nSHA-256: {version.sha256}{gate}".strip(),
            unique_id=_tag(f"downloads/{version.document.number}/{version.pk}"),
            pubdate=version.publish_at,
            updateddate=version.publish_at,
        )
    return str(atom.writeString("utf-8"))


def _tag(path: str) -> str:
    return f"tag:{settings.SITE_HOST},{SINCE}:{path}"
