"""What the worker does for the policies."""

from outbox.jobs import periodic
from privacy.policy.notices import announce_due


@periodic("announce policy versions", every_seconds=60)
def announce_posted_versions() -> object:
    """Tell people of versions that have come to their day of posting."""
    return announce_due()
