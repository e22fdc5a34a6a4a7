"""What the worker does for accounts at intervals."""

from accounts.idle_accounts import end_idle, notify_idle
from outbox.jobs import periodic
from privacy.datamap.clock import with_steady_clock


@periodic("idle accounts", every_seconds=24 * 3600, apart=True)
@with_steady_clock
def see_to_idle_accounts() -> object:
    """End what was announced long enough ago, and announce what has been idle long enough."""
    return end_idle() + notify_idle()
