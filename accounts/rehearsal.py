"""Accounts for the walk of the promises: complete, confirmed, and with a second factor for staff."""

import base64
import secrets
import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, Group
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.models import User
from accounts.session_store import PENDING_USER
from privacy.promises.visitor import Visitor
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import (
    STRANGER,
    Account,
    Send,
    also_open,
    also_send,
    makes_accounts,
    makes_rows,
    plays,
)

AHEAD = 3600

also_open(
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


@makes_rows
def a_passkey(customer: AbstractBaseUser, canary: Canary, staff: AbstractBaseUser) -> None:
    """Have a passkey to remove: only a browser with a script can make one."""
    name, nobodys = secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1()).public_key()
    key: Any = ES256
    held = AttestedCredentialData.create(Aaguid.NONE, name, key.from_cryptography_key(nobodys))
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    told = AuthenticatorData.create(bytes(32), flags, 0, held)
    client = CollectedClientData.create("webauthn.create", name, settings.SITE_ORIGIN)
    credential = {
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", told, {})),
        },
    }
    Authenticator.objects.create(
        user=customer,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": canary.text, "credential": credential},
    )


@plays(STRANGER, "/accounts/2fa/authenticate/")
def is_asked_for_a_code(visitor: Visitor, send: Send) -> None:
    """Log in by the password to an account that has an app, and type a code that is none."""
    person = Canary()
    user = account_of(person, None, False).user
    secret = encrypt(base64.b32encode(secrets.token_bytes(20)).decode())
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
    typed = {"login": person.username, "password": f"plover lantern {person.password}"}
    send("POST", "/accounts/login/", typed)
    send("GET", "/accounts/2fa/authenticate/")
    send("POST", "/accounts/2fa/authenticate/", {"code": "no code"})


@also_send("/accounts/passkey/login/")
def no_passkey(person: Canary) -> dict[str, str]:
    """Send what no device has made."""
    return {"credential": person.text}


@also_send("/accounts/profile/")
def what_was_typed_before_the_log_in_ended(person: Canary) -> dict[str, str]:
    """Send a form whose page was opened while the log-in still held."""
    return {"name": person.name, "company": person.company}
