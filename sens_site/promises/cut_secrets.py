"""That no line of a log holds the secret of an address that was mailed, nor what was searched for.

Each kind of such address stands here once more, so that one which the filter no longer knows is found.
"""

import logging

from privacy.promises.registry import require

SECRET, SEARCHED = "0123456789abcdef", "somebody"
MAILED = (
    "/accounts/confirm-email/{}/",
    "/accounts/confirm-email/{}/then/downloads/",
    "/accounts/confirm-email/sent/{}/",
    "/accounts/password/reset/key/1-{}/",
    "/downloads/watch/{}/",
    "/newsletter/code/{}/",
    "/newsletter/confirm/{}/",
    "/newsletter/preferences/{}/",
    "/newsletter/refuse/{}/",
    "/newsletter/unsubscribe/{}/",
    "/privacy/confirm/{}/",
    "/privacy/copy/{}/",
    "/privacy/request/ABC/{}/",
    "/privacy/request/ABC/{}/withdraw/",
)
"""Whoever has one of these sets a password, reads a request, or acts as its owner."""


def handlers_cut_secrets() -> int:
    """Require it of whatever writes a log; return how many that are."""
    loud = {"name": "django.request", "levelno": logging.CRITICAL, "levelname": "CRITICAL"}
    root = logging.getLogger()
    ours = [one for one in root.handlers if not type(one).__module__.startswith("_pytest")]
    for handler in ours:
        for address in MAILED:
            asked = f"{address.format(SECRET)}?q={SEARCHED}"
            words = {"msg": "Internal Server Error: %s", "args": (asked,), "status_code": 500}
            copied = logging.makeLogRecord({**loud, **words})
            written = handler.format(copied) if handler.filter(copied) else ""
            told = [one for one in (SECRET, SEARCHED) if one in written]
            require(not told, "a log holds the secret of an address, or what was searched for")
    return len(ours)
