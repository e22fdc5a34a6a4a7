"""Copies of one act: a double click or a retry gives one receipt, without an id in the page.

Pages are the same bytes for everyone, so a form cannot carry a number of its own. Instead, what the
browser says of itself is hashed with a salt that lives for ten seconds and is then gone for good:
until then copies have the same number, afterwards the number is as good as random and can be
traced back to nothing.

Two people behind one address with one browser who choose the same within these seconds share a
receipt. It says the same for both of them.
"""

import hashlib
import hmac
import secrets
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest

from sens_site.lib.cache.content_stamp import cache_faults
from sens_site.lib.http.client_address import client_address

SALT_SECONDS = 10
SALT_KEY = "consent-salt"
_SAID_BY_BROWSER = ("User-Agent", "Accept-Language", "Cookie", "Sec-GPC")


def act_id(request: HttpRequest) -> UUID:
    """Return a number that copies of one request share, and that nobody else has."""
    try:
        salt = cache.get_or_set(SALT_KEY, lambda: secrets.token_hex(32), SALT_SECONDS)
    except cache_faults():
        salt = None  # what then needs the database fails by itself, with a clear page
    salt = salt or secrets.token_hex(32)
    said = [client_address(request), *(request.headers.get(h, "") for h in _SAID_BY_BROWSER)]
    said += [f"{name}={value}" for name, values in request.POST.lists() for value in values]
    digest = hmac.new(str(salt).encode(), "\n".join(said).encode(), hashlib.sha256).digest()
    return UUID(bytes=digest[:16], version=4)
