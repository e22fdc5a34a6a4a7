"""What the worker does for the documents."""

from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone

from downloads.models import DocumentVersion
from downloads.policy_documents import publish_policy_pdfs, without_pdf
from downloads.store import sweep
from downloads.typesetting import is_available
from downloads.verification import verify_documents
from downloads.watching import tell_watchers
from outbox.jobs import periodic

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
    """Read all files anew, then tidy. What is wrong stands on the desk, and turns a promise red."""
    wrong = len(verify_documents().words)
    sweep()
    return wrong


def pdfs_left() -> int:
    """Count the versions of the policy that have no PDF, where the typesetter is installed."""
    return len(without_pdf()) if is_available() else 0


@periodic(
    "set policies as PDF",
    every_seconds=TEN_MINUTES,
    apart=True,
    when=lambda: pdfs_left() > 0,
    left=pdfs_left,
)
def set_pdfs() -> object:
    """Publish the PDF of each sealed version that has none yet."""
    return publish_policy_pdfs()


@periodic("tell watchers", every_seconds=300)
def tell_of_new_versions() -> object:
    """Write to who asked to hear of a document, once a version of it has appeared."""
    return tell_watchers()
