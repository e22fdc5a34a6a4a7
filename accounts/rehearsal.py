"""Accounts for the walk of the promises: complete, confirmed, and with a second factor for staff."""

import base64
import secrets
import time

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.session_store import PENDING_USER
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import Account, also_open, makes_accounts

AHEAD = 3600

also_open(
    "/accounts/passkey/1/remove/",
    "/accounts/confirm-email/sent/no-token/",
    "/admin/accounts/user/no-number/password/",
    "/admin/no-such-page/",
)


@makes_accounts
def account_of(person: Canary, role: Group | None, is_staff: bool) -> Account:
    """Make an account that may do all that its role may, and has proven who it is just now."""
    user = User.objects.create_user(
        username=person.username,
        email=person.email,
        password=f"plover lantern {person.password}",
        **{name: getattr(person, name) for name in User.PROFILE},
        is_staff=is_staff,
        is_superuser=is_staff and role is None,
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    if role is not None:
        user.groups.add(role)
    if is_staff:
        secret = encrypt(base64.b32encode(secrets.token_bytes(20)).decode())
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP, data={"secret": secret}
        )
    # The walk takes longer than the five minutes for which a proof of this moment would count.
    at = time.time() + AHEAD
    proven = {"method": "password", "at": at, "username": person.username, "reauthenticated": True}
    return Account(
        user,
        {
            "account_authentication_methods": [proven],
            PENDING_USER: str(user.pk),
        },
    )
