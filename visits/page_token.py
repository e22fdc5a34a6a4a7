"""Proof that this site has drawn a page, so that nobody reports pages that do not exist.

It depends on the path and the site's key alone. So it is equal for everybody, a kept page stays as
it is (law 4), and a page that was opened yesterday may still report today.
"""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "visits.page"
LENGTH = 20
"""80 bits, in hexadecimal digits."""


def _token(path: str, secret: str) -> str:
    return salted_hmac(SALT, path, secret=secret, algorithm="sha256").hexdigest()[:LENGTH]


def proven(path: str) -> str:
    """Return a path with its proof before it."""
    return _token(path, settings.SECRET_KEY) + path


def path_in(page: str) -> str:
    """Return the path in what `proven` returned; raise ValueError for anything else."""
    token, path = page[:LENGTH], page[LENGTH:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(token, _token(path, key)) for key in keys):
        raise ValueError("That is no page of this site.")
    return path
