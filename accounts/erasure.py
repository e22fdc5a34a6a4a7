"""Deleting an account: what there is, and how all of it goes."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from accounts.models import PolicyAcceptance, Session, User
from outbox.models import FAREWELL, OutboxMail
from outbox.services import forget_address

ERASED = "a deleted account"
FORMER_STAFF = "former-staff"


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much the site holds about one person."""

    addresses: tuple[str, ...]
    sessions: int
    second_factors: int
    acceptances: int
    mails: int


def addresses_of(user: User) -> tuple[str, ...]:
    """Return every e-mail address of an account, also one that waits to be confirmed."""
    others = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return tuple(sorted({user.email.lower(), *(email.lower() for email in others)}))


def holdings_of(user: User) -> Holdings:
    """Count what would go with the account."""
    addresses = addresses_of(user)
    return Holdings(
        addresses=addresses,
        sessions=Session.listed.of(user).count(),
        second_factors=Authenticator.objects.filter(user=user).count(),
        acceptances=PolicyAcceptance.objects.filter(user=user).count(),
        mails=sum(OutboxMail.objects.to_address(email).count() for email in addresses),
    )


@transaction.atomic
def erase_account(user: User) -> None:
    """Delete an account with all that belongs to it, and store one last mail.

    The farewell is the only row that still holds the address; the outbox deletes it when sent.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    primary = user.email
    for address in addresses_of(user):
        forget_address(address)
    keep_admin_log(user)
    user.delete()
    if primary:
        farewell = EmailMessage(
            "Your account has been deleted",
            render_to_string("accounts/deleted.txt", {"site_origin": settings.SITE_ORIGIN}),
            settings.DEFAULT_FROM_EMAIL,
            [primary],
            headers={"X-Purpose": FAREWELL},
        )
        farewell.send()


def keep_admin_log(user: User) -> None:
    """Take a person out of the admin log without losing what was done.

    Entries about the account forget its name. Entries of somebody who once was staff would vanish
    with the account; they pass to a placeholder that nobody can log in as.
    """
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(user.pk)).update(object_repr=ERASED)
    done_by = LogEntry.objects.filter(user=user)
    if done_by.exists():
        placeholder, _ = User.objects.get_or_create(
            username=FORMER_STAFF,
            defaults={"email": "former-staff@invalid", "is_active": False, "password": "!"},
        )
        done_by.update(user=placeholder)
