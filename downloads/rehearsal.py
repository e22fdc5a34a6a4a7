"""What rehearsals of the promises need of this room: a document of each kind, with its history."""

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from downloads.models import DocumentVersion
from downloads.promises.made_up import MadeUp, document
from downloads.records import record_downloads
from downloads.watching import tell_watchers, watch
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows

also_open("/downloads/watch/no-token/")


@makes_rows
def documents(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Make documents that are open and closed, superseded and withdrawn, fetched and watched."""
    now = timezone.now()
    for one in (document(), document("drawing", "registered")):
        watch(one, user=user)
        versions = [MadeUp(one, label).version for label in ("1", "2", "3")]
        record_downloads(versions[:1], user=user)
        DocumentVersion.objects.filter(pk=versions[1].pk).update(
            publish_at=now - timedelta(days=1), withdrawn_at=now, withdrawn_reason="For a check."
        )
    tell_watchers()
