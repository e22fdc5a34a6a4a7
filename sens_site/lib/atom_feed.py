"""Atom feeds as caches need them: the same bytes for everybody, at every moment (law 4)."""

from datetime import UTC, datetime

from django.utils.feedgenerator import Atom1Feed

BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


class AtomFeed(Atom1Feed):
    """A feed that bears no clock: Django dates an empty one by the moment at which it is read."""

    def latest_post_date(self) -> datetime:
        """Return when the newest entry changed, or a day before there was any."""
        if not self.items:
            return BEFORE_ALL
        latest: datetime = super().latest_post_date()
        return latest
