"""What the worker does for readers. The deletion of sign-ups is the retention engine's work."""

from newsletter import subscribing
from outbox.jobs import periodic

AN_HOUR = 3600


@periodic("reminders of newsletter sign-ups", every_seconds=AN_HOUR)
def remind() -> object:
    """Write once more to who has not confirmed yet."""
    return subscribing.remind()
