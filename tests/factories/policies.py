"""Versions of a policy that were posted on some day, as history is brought in.

Sealing a draft takes seconds, for it asks the whole site; a test that only reads versions need not
wait for that.
"""

import datetime as dt

from django.utils import timezone

from privacy.policy import services
from privacy.policy.models import PRIVACY, Kind, PolicyVersion


def add_version(source: str, *, effective_on: dt.date, slug: str = PRIVACY) -> PolicyVersion:
    """Add the next version of a policy, posted on the day on which it takes effect."""
    return services._insert_version(
        services.ensure_policy(slug),
        kind=Kind.MATERIAL,
        reason="A test needs it.",
        summary="A test needs it.",
        source_text=source,
        posted_at=timezone.make_aware(dt.datetime.combine(effective_on, dt.time())),
        effective_on=effective_on,
        imported=True,
    )
