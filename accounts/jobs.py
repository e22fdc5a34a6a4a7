"""What the worker does for accounts at intervals."""

from accounts.idle_accounts import end_idle, notify_idle
from accounts.session_store import SessionStore
from outbox.jobs import periodic


@periodic("clear expired sessions", every_seconds=3600)
def clear_expired_sessions() -> object:
    """Delete sessions whose time is over."""
    return SessionStore.clear_expired()


@periodic("idle accounts", every_seconds=24 * 3600, apart=True)
def see_to_idle_accounts() -> object:
    """End what was announced 30 days ago, and announce what has been idle for a year."""
    return end_idle() + notify_idle()
