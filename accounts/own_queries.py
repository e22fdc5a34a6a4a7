"""What the pages of an account ask of it, each in one query that is written once."""

from typing import NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, QuerySet
from django.utils import timezone

from accounts.models import Session, User
from sens_site.lib.written_query import WrittenQuery, columns

SHOWN_OF_SESSION = columns(
    Session, "session_key", "signed_in_at", "last_used_at", "expire_date", "device"
)
SHOWN_OF_ADDRESS = columns(EmailAddress, "id", "email", "verified", "primary")


def _apps_of(user_id: int) -> "QuerySet[Authenticator]":
    return Authenticator.objects.filter(user=user_id, type=Authenticator.Type.TOTP)


_sessions = WrittenQuery(
    lambda user_id, now: (
        Session.objects.filter(user=user_id, signed_in_at__isnull=False, expire_date__gt=now)
        .order_by("-signed_in_at")
        .values_list(*SHOWN_OF_SESSION, Exists(_apps_of(user_id)))
    )
)
_addresses = WrittenQuery(
    lambda user_id: (
        EmailAddress.objects.filter(user=user_id)
        .order_by("-primary", "pk")
        .values_list(*SHOWN_OF_ADDRESS)
    )
)


class Overview(NamedTuple):
    """Where somebody is signed in now, newest first, and whether a code is asked for at log-in."""

    sessions: list[Session]
    second_factor: bool


def overview_of(user: User) -> Overview:
    """Return both, for whoever is signed in, and so has a session."""
    rows = _sessions(user.pk, timezone.now())
    sessions = [Session.from_db(DEFAULT_DB_ALIAS, SHOWN_OF_SESSION, row[:-1]) for row in rows]
    return Overview(sessions, second_factor=any(row[-1] for row in rows))


def addresses_of(user: User) -> list[EmailAddress]:
    """Return the addresses of an account, the one that counts first."""
    rows = _addresses(user.pk)
    return [EmailAddress.from_db(DEFAULT_DB_ALIAS, SHOWN_OF_ADDRESS, row) for row in rows]
