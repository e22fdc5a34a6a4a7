"""Session engine over `accounts.Session`."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from accounts.models import Session


class SessionStore(DatabaseSessionStore):
    """Keeps the user beside the session's data."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model."""
        return Session
