"""What every promise about a period asks of the one purge, beside playing its own period through."""

from datetime import timedelta

from django.utils import timezone

from outbox.jobs import registered_jobs
from privacy.datamap.models import PurgeFailure
from privacy.datamap.retention import find_expired
from privacy.promises.registry import require

PURGE = "purge expired"
A_DAY = 24 * 60 * 60
LATE = timedelta(days=2)
"""What is over for longer than this has been missed by a purge that runs every day."""


def purge_keeps(promise: str) -> None:
    """Require that the purge runs daily, and has left nothing of what a sentence is about."""
    every = [job.every_seconds for job in registered_jobs() if job.name == PURGE]
    require(len(every) == 1 and every[0] <= A_DAY, "no job deletes every day what is over")
    failed = PurgeFailure.objects.filter(promise=promise).first()
    require(failed is None, f"the purge cannot carry out its rule: {failed}")
    late = [
        f"{found.count} of {found.title}"
        for found in find_expired(now=timezone.now() - LATE)
        if found.promise == promise and found.count
    ]
    require(not late, f"kept longer than the policy says: {', '.join(late)}")
