"""When the worker looks whether the promises are kept: each night, and after each deploy."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from outbox.jobs import periodic
from privacy.promises.models import PromiseResult
from privacy.promises.services import verify_promises

VERIFIED_VERSION = "promises-verified-version"
NIGHT = range(1, 5)
AT_LEAST_APART = timedelta(hours=20)
AT_MOST_APART = timedelta(hours=30)


def is_due() -> bool:
    """Tell whether to check now: new code, no result yet, or a night since the last time."""
    newest = PromiseResult.objects.order_by("-checked_at").first()
    if newest is None or cache.get(VERIFIED_VERSION) != settings.VERSION:
        return True
    age = timezone.now() - newest.checked_at
    at_night = timezone.localtime().hour in NIGHT
    return age > AT_MOST_APART or (age > AT_LEAST_APART and at_night)


@periodic("verify promises", every_seconds=600, apart=True, when=is_due, niceness=10)
def verify() -> object:
    """Run all checks."""
    outcomes = verify_promises()
    cache.set(VERIFIED_VERSION, settings.VERSION, timeout=None)
    return len(outcomes)
