r"""Where a form or a log-in leads back to: what a `next` may say.

Whoever writes a link to us writes its `next`, so it is hostile (open redirects, header injection,
addresses that a browser reads otherwise than Python: `//host`, `/\\host`, a tab in between).
"""

import re
from collections.abc import Callable

from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

HOME = "/"
MAX_CHARACTERS = 2000
Vouches = Callable[[str], bool]
_vouching: list[Vouches] = []
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def stays_here(target: str) -> bool:
    """Tell whether `target` is an absolute path of this site, with or without a query."""
    return (
        target.startswith("/")
        and not target.startswith("//")
        and len(target) <= MAX_CHARACTERS
        and not _UNSAFE.search(target)
        and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    )


def safe_target(target: str) -> str:
    """Return path and query of `target`; without the query where only the path stays here."""
    target = target.partition("#")[0]
    return iri_to_uri(target) if stays_here(target) else safe_path(target)


def safe_path(target: str) -> str:
    """Return the path of `target` without query and fragment, or the home page's."""
    path = target.partition("?")[0].partition("#")[0]
    return iri_to_uri(path) if stays_here(path) else HOME


def may_be_mailed(vouches: Vouches) -> Vouches:
    """Register what tells whether a path is one to which a mailed link may lead on.

    Anybody can have a mail sent to anybody, by registering, and would like to write a part of it.
    So only what a room knows by itself stands there: never a path that merely looks harmless.
    """
    _vouching.append(vouches)
    return vouches


def mailable(target: str) -> str:
    """Return a path that a room vouches for, or nothing."""
    known = stays_here(target) and any(vouches(target) for vouches in _vouching)
    return target if known else ""
