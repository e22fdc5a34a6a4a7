"""What the worker does for accounts at intervals."""

from accounts.session_store import SessionStore
from outbox.jobs import periodic


@periodic("clear expired sessions", every_seconds=3600)
def clear_expired_sessions() -> object:
    """Delete sessions whose time is over."""
    return SessionStore.clear_expired()
