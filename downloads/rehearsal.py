"""What rehearsals of the promises need of this room: documents of each state, and who fetched them."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from downloads import services
from downloads.inspection import inspect
from downloads.models import (
    Access,
    Document,
    DocumentVersion,
    DownloadCount,
    DownloadRecord,
    Kind,
    Watch,
    month_of,
)
from downloads.watching import tell_watchers
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows

OPEN, GATED, UNSEEN = "played-open", "played-gated", "played-unseen"
"""Shorter than what the walk takes for a secret, as mails lead to them (`HARD_TO_GUESS`)."""
A_DAY = timedelta(days=1)

also_open("/downloads/watch/no-token/", f"/accounts/confirm-email/no-key/then/downloads/{GATED}/")


@makes_rows
def documents(user: Any, person: Canary, staff: AbstractBaseUser) -> None:
    """Publish one for everybody in four states, and one for customers; keep a third as a draft."""
    now = timezone.now()
    open_one, gated, unseen = (
        services.add_document(
            number=number,
            title=f"Played for a check: {number}",
            kind=Kind.CAD,
            access=access,
            part_numbers="PFC-1",
            places=["/support/user-manuals/"],
        )
        for number, access in (
            (OPEN, Access.EVERYONE),
            (GATED, Access.REGISTERED),
            (UNSEEN, Access.EVERYONE),
        )
    )
    for label, publish_at in (
        ("1", now - 3 * A_DAY), ("2", now - 2 * A_DAY), ("3", now - A_DAY), ("4", now + A_DAY),
    ):  # fmt: skip
        _add(open_one, label, publish_at, staff)
    withdrawn = open_one.versions.get(label="2")
    services.withdraw_version(withdrawn, reason="Played for a check.")
    fetched = _add(gated, "1", now - A_DAY, staff)
    _add(unseen, "1", None, staff)
    DownloadRecord.objects.create(user=user, version=fetched)
    DownloadCount.objects.create(version=withdrawn, month=month_of(timezone.localdate()), count=1)
    Watch.objects.create(user=user, document=gated, since=now - 2 * A_DAY)
    tell_watchers()


def _add(
    document: Document, label: str, publish_at: datetime | None, by: AbstractBaseUser
) -> DocumentVersion:
    content = BytesIO(f"{document.number}, version {label}\n".encode())
    return services.add_version(
        document,
        inspect(content, name=f"{document.number}-{label}.txt"),
        label=label,
        change_note=f"What version {label} changes.",
        publish_at=publish_at,
        by=by,
    )
