"""People who do not exist. Each function makes one, complete and valid, from what the test names."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.http import HttpRequest
from django.test import Client

from accounts.models import User

PASSWORD = "plover-lantern-42-quiet"
SHOWN = "terms.2-privacy.3"
"""What the registration page carries while the shipped policies are in force."""
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_person(username: str = "ada", *, verified: bool = True, **fields: Any) -> User:
    """Make a registered customer, with an e-mail address of the same name."""
    email = fields.pop("email", f"{username}@customer.test")
    password = fields.pop("password", PASSWORD)
    user = User.objects.create_user(username=username, email=email, password=password, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def make_staff(username: str = "grace", **fields: Any) -> User:
    """Make a member of staff with all rights and a second factor."""
    defaults = {"email": f"{username}@company.test", "is_staff": True, "is_superuser": True}
    user = make_person(username, **{**defaults, **fields})
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(TOTP_SECRET)}
    )
    return user


def as_if_proven(client: Client, user: User) -> None:
    """Leave in the session what entering the password again leaves there, without the request."""
    request: Any = HttpRequest()
    request.user, request.session = user, client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()
