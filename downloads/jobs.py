"""What the worker does for the documents."""

from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone

from downloads.models import DocumentVersion
from downloads.policy_documents import publish_policy_pdfs
from downloads.store import sweep
from downloads.typesetting import is_available
from downloads.verification import verify_documents
from downloads.watching import tell_watchers
from outbox.jobs import periodic

A_DAY = 24 * 3600
TEN_MINUTES = 600


def is_due() -> bool:
    """Tell whether a file has not been looked at today: each night has its look, from midnight on.

    A file that was brought today has been hashed on its way in.
    """
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    late = Q(checked_at__lt=midnight) | Q(checked_at__isnull=True, uploaded_at__lt=midnight)
    return DocumentVersion.objects.filter(late).exists()


@periodic("verify documents", every_seconds=TEN_MINUTES, apart=True, when=is_due)
def verify() -> object:
    """Read all files anew. What is wrong stands on the desk, and turns a promise red."""
    return len(verify_documents().words)


# Apart, as a store in another house may take long to say what it holds.
periodic("sweep document files", every_seconds=A_DAY, apart=True)(sweep)

# Apart, as the typesetter takes 80 MB.
periodic("policy as PDF", every_seconds=A_DAY, apart=True, when=is_available)(publish_policy_pdfs)


@periodic("tell watchers", every_seconds=300)
def tell_of_new_versions() -> object:
    """Write to who asked to hear of a document, once a version of it has appeared."""
    return tell_watchers()
