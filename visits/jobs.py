"""What the worker does for the visit statistics."""

from outbox.jobs import periodic
from visits.counting import count_days


@periodic("count visits", every_seconds=3600, apart=True)
def count_visits() -> object:
    """Count yesterday once it is over. Finds at most one night's work a day."""
    return count_days()
