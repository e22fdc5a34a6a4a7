"""What stays of a download: a record of who is logged in, a count of everybody else.

Written by the button alone: a link may be opened by a mail scanner, a prefetch or a crawler, and
GET never writes (ADR 22).
"""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from downloads.models import DocumentVersion, DownloadCount, DownloadRecord, month_of

SAME_DOWNLOAD = timedelta(hours=1)
"""A button that is pressed again, or a transfer that goes on after a break, is the same download."""


def is_recorded(version: DocumentVersion, *, user: AbstractBaseUser) -> bool:
    """Tell whether the person has just pressed the button, so that the file may be given."""
    since = timezone.now() - SAME_DOWNLOAD
    return DownloadRecord.objects.filter(user_id=user.pk, version=version, at__gt=since).exists()


@transaction.atomic
def record_downloads(versions: Sequence[DocumentVersion], *, user: AbstractBaseUser) -> None:
    """Leave one record of each file that somebody fetches while logged in."""
    # Of twelve equal forms at once each waits here for the one before it, and finds its records.
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    DownloadRecord.objects.bulk_create(
        DownloadRecord(user_id=user.pk, version=version)
        for version in versions
        if not is_recorded(version, user=user)
    )


@transaction.atomic
def count_downloads(versions: Sequence[DocumentVersion]) -> None:
    """Count files that are fetched by somebody of whom nothing is known."""
    month = month_of(timezone.localdate())
    for version in versions:
        count, _ = DownloadCount.objects.get_or_create(version=version, month=month)
        DownloadCount.objects.filter(pk=count.pk).update(count=F("count") + 1)
