"""Session engine over `accounts.Session`.

Signed-in sessions end 14 days (`SESSION_COOKIE_AGE`) after signing in, whatever is done in them;
those that wait for a second factor end after an hour. Nothing is written when a page is read.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core import signing
from django.utils import timezone
from django.utils.encoding import force_bytes

from accounts.backends import came_with_session
from accounts.models import Session
from accounts.session_lookup import session_with_user

DEVICE = "device"
SIGNED_IN_AT = "signed_in_at"
PENDING_USER = "account_authentication_methods_user"  # allauth, while a second factor is missing
PENDING_SECONDS = 3600


class SessionSigner(signing.TimestampSigner):
    """Signs as Django does, and derives the key of the signature once: each page asks for it."""

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        derived = _derived_key(cast("str", self.salt) + "signer", key or self.key)
        return signing.b64_encode(hmac.digest(derived, force_bytes(value), "sha256")).decode()


@lru_cache(8)
def _derived_key(salt: str, key: str | bytes) -> bytes:
    return hashlib.sha256(salt.encode() + force_bytes(key)).digest()


@lru_cache(8)
def _signer(salt: str, key: str | bytes, *older: str | bytes) -> SessionSigner:
    return SessionSigner(key=key, salt=salt, fallback_keys=list(older))


class SessionStore(DatabaseSessionStore):
    """Keeps user, time of signing in, last use and device beside the session's data."""

    last_used_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        """Read the row with its user: nearly every page that reads one asks for the other."""
        session = session_with_user(self.session_key or "")
        came_with_session.set(session.user if session else None)
        if session is None:
            self._session_key = None
        else:
            self.last_used_at = session.last_used_at
        return session

    def decode(self, session_data: str) -> dict[str, Any]:  # type: ignore[override]  # it is a text
        """Read what a session holds. Of one that is not well signed Django says so, and it is empty."""
        signer = _signer(self.key_salt, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        try:
            found: dict[str, Any] = signer.unsign_object(session_data, serializer=self.serializer)
        except (signing.BadSignature, ValueError):
            found = super().decode(session_data)
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row for this state of the session."""
        signed_in_at = None
        expires = timezone.now() + timedelta(seconds=PENDING_SECONDS)
        if SESSION_KEY in data:
            moment = data.setdefault(SIGNED_IN_AT, timezone.now().isoformat())
            signed_in_at = datetime.fromisoformat(moment)
            expires = signed_in_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        user_id = data.get(SESSION_KEY) or data.get(PENDING_USER)
        key = cast("str", self._get_or_create_session_key())  # type: ignore[attr-defined]  # Django's, for its stores
        return Session(
            session_key=key,
            session_data=self.encode(data),
            expire_date=expires,
            user_id=int(user_id) if user_id else None,
            signed_in_at=signed_in_at,
            device=data.get(DEVICE, ""),
        )

    def create(self) -> None:
        """Make a row under a new key.

        Django tries again for ever when the row cannot be made. A key that is free means that the
        account has been deleted by another request meanwhile, so this one ends here, with a 400.
        """
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # see above
            try:
                self.save(must_create=True)
            except CreateError as error:
                if self.exists(self._session_key):
                    continue
                raise SessionInterrupted("The account of this session is gone.") from error
            self.modified = True
            return


class SessionAtHand(SessionStore):
    """A session that has been read already, with its user."""

    def __init__(self, key: str, data: dict[str, Any]) -> None:
        super().__init__(key)
        self.data = data

    def load(self) -> dict[str, Any]:
        """Return what was read."""
        return self.data
