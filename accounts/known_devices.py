"""Browsers in which somebody has logged in before, so that strangers' guesses do not keep them out.

The cookie holds a random number and, for each name under which its owner logs in, a keyed hash of
both: it names nobody, opens nothing and is stored nowhere here. A browser that shows it has limits
of its own for that one account, which nobody else can use up (OWASP: device cookies). A stolen one
is worth as many guesses as a connection of one's own.
"""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

COOKIE = settings.KNOWN_DEVICE_COOKIE_NAME
PATH = "/accounts/"
MAX_AGE = settings.KNOWN_DEVICE_COOKIE_AGE
_SHAPE = re.compile(r"[0-9a-f]{32}(\.[0-9a-f]{32}){2}")


def remember_device(response: HttpResponse, user: User) -> None:
    """Let the browser that gets this response be known from now on."""
    number = secrets.token_hex(16)
    names = (user.username, user.email)
    response.set_cookie(
        COOKIE,
        ".".join([number, *(_mark(number, name) for name in names)]),
        max_age=MAX_AGE,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_device(response: HttpResponse) -> None:
    """Let the browser be a stranger again."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")


def known_device(request: HttpRequest, login: str) -> str:
    """Return a name for the browser, if the owner of this login has used it before; else "".

    Asks the database nothing, so that the answer takes as long for a name that nobody has.
    """
    cookie = request.COOKIES.get(COOKIE, "")
    if not login or not _SHAPE.fullmatch(cookie):
        return ""
    number, *marks = cookie.split(".")
    mark = _mark(number, login)
    return number if any(constant_time_compare(mark, known) for known in marks) else ""


def _mark(number: str, login: str) -> str:
    value = f"{number}:{login.strip().lower()}"
    return salted_hmac("accounts.known_device", value, algorithm="sha256").hexdigest()[:32]
