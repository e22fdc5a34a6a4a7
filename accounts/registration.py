"""Accounts whose address nobody has confirmed yet: made, corrected, and gone after a week.

Nothing here may tell a stranger whether somebody else has an account with an address. So an account
is made in either case; where the address is another person's, it is told to them by mail, and the
new account gets an address of nobody's in its place until the typed one is corrected.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.data_subject import forget_in_trails
from accounts.models import Registration, User
from accounts.services import complete_registration
from accounts.shown_policies import ShownPolicies
from privacy.datamap.subjects import keyed_hash, keyed_hashes
from sens_site.lib.secret_box import NotOursError, close, open_closed

MOST_CORRECTIONS = 3
NOBODYS_DOMAIN = "unconfirmed.invalid"
_PURPOSE = "accounts.registration"


class RegistrationOverError(Exception):
    """The address has been confirmed, or the registration is gone."""


class TooManyCorrectionsError(Exception):
    """The address has been typed anew as often as it may be."""


class ChangedMeanwhileError(Exception):
    """The address was corrected after the page was shown. `now` is what a new page would carry."""

    def __init__(self, now: "SentTo") -> None:
        super().__init__()
        self.now = now


@dataclass(frozen=True, slots=True)
class SentTo:
    """What a page knows that says where the mail went: which registration, and at which step."""

    registration: int
    corrections: int
    email: str

    @property
    def token(self) -> str:
        """The same, closed: it stands in the address of the page and opens nothing else."""
        return close(
            json.dumps([self.registration, self.corrections, self.email]), purpose=_PURPOSE
        )


def opened(token: str) -> SentTo | None:
    """Return what a token holds, or None for what is none of ours."""
    try:
        return SentTo(*json.loads(open_closed(token, purpose=_PURPOSE)))
    except NotOursError:
        return None


def look_up(sent: SentTo) -> Registration:
    """Return the registration, if it still waits at the step that the page showed."""
    row = Registration.objects.select_related("user").filter(pk=sent.registration).first()
    if row is None:
        raise RegistrationOverError
    if row.corrections != sent.corrections:
        raise ChangedMeanwhileError(SentTo(row.pk, row.corrections, sent.email))
    return row


@transaction.atomic
def register(
    request: HttpRequest,
    *,
    username: str,
    email: str,
    password_hash: str,
    shown: ShownPolicies,
    **details: Any,
) -> SentTo:
    """Make an account that waits for its confirmation, and write to the address."""
    user = User.objects.create(username=username, email=nobodys_address(), password=password_hash)
    complete_registration(user, shown=shown, **details)
    row = Registration.objects.create(user=user)
    _set_address(row, email)
    _write_to(request, row, email)
    return SentTo(row.pk, row.corrections, email)


@transaction.atomic
def register_again(
    request: HttpRequest, row: Registration, *, email: str, shown: ShownPolicies, **details: Any
) -> SentTo:
    """Take the form from the same person once more, with the address as it is typed now."""
    complete_registration(row.user, shown=shown, **details)
    sent = SentTo(row.pk, row.corrections, email)
    return sent if is_address_of(row, email) else correct_address(request, sent, email=email)


@transaction.atomic
def correct_address(request: HttpRequest, sent: SentTo, *, email: str) -> SentTo:
    """Give a registration another address and write there; links mailed before are void.

    The same address again is written to again. The same form twice is one correction.
    """
    row = Registration.objects.select_for_update().filter(pk=sent.registration).first()
    if row is None:
        raise RegistrationOverError
    unchanged = is_address_of(row, email)
    now = SentTo(row.pk, row.corrections, email)
    if row.corrections != sent.corrections:
        if unchanged and row.corrections == sent.corrections + 1:
            return now
        raise ChangedMeanwhileError(now)
    if row.corrections >= MOST_CORRECTIONS:
        raise TooManyCorrectionsError
    row.corrections += 1
    if not unchanged:
        _set_address(row, email)
    row.save(update_fields=["corrections"])
    _write_to(request, row, email)
    return SentTo(row.pk, row.corrections, email)


def _set_address(row: Registration, email: str) -> None:
    user = row.user
    EmailAddress.objects.filter(user=user).delete()
    holders = User.objects.exclude(pk=user.pk).filter(email=email)
    proven = EmailAddress.objects.filter(email=email, verified=True)
    anothers = holders.filter(registration=None).exists() or proven.exists()
    # Two who wait for the same address: the first to confirm it has it.
    user.email = nobodys_address() if anothers or holders.exists() else email
    user.save(update_fields=["email"])
    EmailAddress.objects.create(user=user, email=user.email if anothers else email, primary=True)
    row.address_hash = keyed_hash("registration", email)
    row.save(update_fields=["address_hash"])


def _write_to(request: HttpRequest, row: Registration, email: str) -> None:
    own = EmailAddress.objects.filter(user=row.user, email=email).first()
    send_verification_email_to_address(request, own or EmailAddress(email=email), signup=True)


def is_address_of(row: Registration, email: str) -> bool:
    """Tell whether this is the address that was typed last."""
    return row.address_hash in keyed_hashes("registration", email)


@transaction.atomic
def make_room_for(user: User, *, email: str) -> None:
    """End the claims of others who have typed an address that its owner confirms now."""
    Registration.objects.filter(user=user).delete()
    for other in User.objects.exclude(pk=user.pk).filter(email=email, registration__isnull=False):
        other.email = nobodys_address()
        other.save(update_fields=["email"])
        EmailAddress.objects.filter(user=other).delete()
        EmailAddress.objects.create(user=other, email=other.email, primary=True)


def unconfirmed_customers(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """Narrow to accounts that may go: whoever has an address or rights, has been let in by now."""
    customers = rows.filter(user__is_staff=False, user__is_superuser=False)
    proven = EmailAddress.objects.filter(verified=True).values("user")
    return customers.exclude(user__in=proven)


def end_registrations(rows: QuerySet[Registration]) -> None:
    """Delete accounts that nobody has confirmed. Nobody has logged in: there are notes of staff at most."""
    keys = list(rows.values_list("user", flat=True))
    forget_in_trails(keys)
    User.objects.filter(pk__in=keys).delete()


def nobodys_address() -> str:
    """Return an address that can't exist: whoever has it gets no mail."""
    return f"{secrets.token_hex(16)}@{NOBODYS_DOMAIN}"


def is_nobodys(email: str) -> bool:
    """Tell whether an account has no address of its own yet."""
    return email.endswith(f"@{NOBODYS_DOMAIN}")
