"""Addresses that are secret: the status page of a request, and the links that are mailed.

The token of a status page is derived from the site's key, so nothing about it is stored. That of a
mailed link is 256 random bits, of which only the hash is stored.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from privacy.rights.models import MailedLink, SubjectRequest

IDENTITY_LIFE = timedelta(hours=24)


def _status_token(reference: str, key: str) -> str:
    return salted_hmac("rights.status", reference, secret=key, algorithm="sha256").hexdigest()


def status_path(request: SubjectRequest) -> str:
    """Return the private address of a request."""
    token = _status_token(request.reference, settings.SECRET_KEY)
    return reverse("rights:request_status", args=[request.reference, token])


def find_by_status(reference: str, token: str) -> SubjectRequest | None:
    """Return the request of a private address, or None where the token is not its own."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(_status_token(reference, key), token) for key in keys):
        return None
    return SubjectRequest.objects.filter(reference=reference).first()


def hashed(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode()).hexdigest()


def make_link(request: SubjectRequest, *, purpose: str, life: timedelta) -> str:
    """Store a new link and return its token, which is told to nobody but the mail."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    MailedLink.objects.create(
        request=request,
        purpose=purpose,
        token_hash=hashed(token),
        created_at=now,
        expires_at=now + life,
    )
    return token


def find_link(token: str, *, purpose: str, now: datetime | None = None) -> MailedLink | None:
    """Return the link of a token if it can still be used for this purpose."""
    link = (
        MailedLink.objects.filter(token_hash=hashed(token), purpose=purpose)
        .select_related("request")
        .first()
    )
    return link if link is not None and link.is_good(now or timezone.now()) else None
