"""Who is behind a session: allauth's way to log in, and less to do for each page after it."""

from contextvars import ContextVar
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.desk_queries import rights_of
from accounts.models import User

# The user that came along when this request's session was read. It is handed out once, to the
# look-up that follows in the same request, and replaced whenever a session is read.
came_with_session: ContextVar[User | None] = ContextVar("came_with_session", default=None)


class PersonBackend(AuthenticationBackend):
    """allauth's backend, which finds the user where the session has already brought it."""

    def get_user(self, user_id: int | str) -> User | None:
        """Return the user with this number, if the account is active."""
        user = came_with_session.get()
        came_with_session.set(None)
        if user is None or str(user.pk) != str(user_id):
            found: User | None = super().get_user(user_id)
            return found
        return user if self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> Any:
        """Leave with the user what Django would look up, and keeps there for the request."""
        kept = f"_{from_name}_perm_cache"
        looked_up = obj is None and user_obj.is_active and not user_obj.is_anonymous
        if looked_up and not hasattr(user_obj, kept):
            setattr(user_obj, kept, rights_of(user_obj, from_name))
        return super()._get_permissions(user_obj, obj, from_name)  # type: ignore[misc]  # no public name
