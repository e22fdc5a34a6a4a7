"""What the worker does at intervals for this room."""

from accounts.session_store import SessionStore
from outbox.jobs import periodic


@periodic("clear expired sessions", every_seconds=3600)
def clear_expired_sessions() -> object:
    """Delete sessions past their date: they hold who was logged in."""
    SessionStore.clear_expired()
    return None
