"""The content stamp: one value that changes whenever something that public pages show has changed.

Every worker compares it (at most once a second) with the stamp under which it kept its pages, and
empties them when it differs. It lives in the shared cache; a lost value reads as a change, which
only costs a few renderings.
"""

import secrets

from django.core.cache import cache
from django.db import transaction

KEY = "content-stamp"


def content_changed() -> None:
    """Empty the kept pages of every worker, when the running transaction has been committed."""
    transaction.on_commit(renew_stamp)


def renew_stamp() -> str:
    """Write and return a new stamp."""
    stamp = secrets.token_hex(8)
    cache.set(KEY, stamp, timeout=None)
    return stamp


def read_stamp() -> str:
    """Return the stamp, writing a first one where there is none."""
    stamp = cache.get(KEY)
    return stamp if isinstance(stamp, str) else renew_stamp()
