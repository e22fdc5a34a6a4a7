"""The content stamp: one value that changes whenever something that public pages show has changed.

Every worker compares it (at most once a second) with the stamp under which it kept its pages, and
empties them when it differs. It lives in the shared cache; a lost value reads as a change, which
only costs a few renderings.
"""

import logging
import secrets
import sys

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

KEY = "content-stamp"
logger = logging.getLogger(__name__)
_last_read = ""


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


def _cache_faults() -> tuple[type[Exception], ...]:
    """Return what the shared cache raises when it is out of reach.

    redis is a large package, so it is asked for only where the site uses it.
    """
    redis = sys.modules.get("redis")
    return (DatabaseError, redis.RedisError) if redis else (DatabaseError,)


def stamp_of_today() -> str:
    """Return the stamp joined with the local date, as a policy comes into force by date.

    Runs outside a request, so it gives its connection back. Where the shared cache cannot
    be read the last stamp stands: a site whose database is down still shows its pages.
    """
    global _last_read  # noqa: PLW0603 - one value a process
    try:
        _last_read = read_stamp()
    except _cache_faults():
        logger.warning("The content stamp cannot be read; kept pages stay.")
    finally:
        if not connection.in_atomic_block:
            connection.close()
    return f"{_last_read}|{timezone.localdate().isoformat()}"
