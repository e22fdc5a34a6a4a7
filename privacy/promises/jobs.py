"""When the worker looks whether the promises are kept: each night, and after each deploy."""

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from outbox.jobs import periodic
from privacy.promises.models import PromiseResult
from privacy.promises.outside import looking
from privacy.promises.registry import Look
from privacy.promises.services import verify_promises

VERIFIED_VERSION = "promises-verified-version"
NIGHT_HOUR = 1
"""From this hour on a day without a look is looked at: each day has one, and in the night."""


def is_due() -> bool:
    """Tell whether to check now: new code, no result yet, or a check that has not run today.

    The oldest result counts: one claim that was checked by hand, or from outside, is no whole run.
    """
    inside = PromiseResult.objects.exclude(look=Look.OUTSIDE).order_by("checked_at")
    oldest = inside.values_list("checked_at", flat=True).first()
    if oldest is None or cache.get(VERIFIED_VERSION) != settings.VERSION:
        return True
    now = timezone.localtime()
    return timezone.localdate(oldest) < now.date() and now.hour >= NIGHT_HOUR


@periodic("verify promises", every_seconds=600, apart=True, when=is_due, niceness=10)
def verify() -> object:
    """Run all checks."""
    outcomes = verify_promises()
    cache.set(VERIFIED_VERSION, settings.VERSION, timeout=looking.NOTED_SECONDS)
    return len(outcomes)
