"""What the proxies in front say of a request, by a header that no other spelling stands for.

WSGI writes `X-Forwarded-For` and `X_Forwarded_For` as one name. The server gives us the one that
comes last, and no way to tell which that was: past a proxy that lets the second pass, a visitor
chooses an address, or that the connection is not encrypted. `Forwarded` (RFC 7239) has no hyphen,
so there is one spelling of it. The rest of the site reads the two names that are known everywhere:
they are made here, and what came under them is dropped.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

STANDARD = "Forwarded"
OLDER = "X-Forwarded-For"
FOR, PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
_PAIR = re.compile(r"""(?:^|;)\s*(for|proto)\s*=\s*"?([^";]*)""", re.IGNORECASE)


def behind_proxies(application: Application) -> Application:
    """Let an application believe the proxies that the settings name. Costs nothing without any."""
    if not settings.TRUSTED_PROXY_COUNT or settings.TRUSTED_PROXY_HEADER == OLDER:
        return application
    return from_forwarded(application, proxies=settings.TRUSTED_PROXY_COUNT)


def from_forwarded(application: Application, *, proxies: int) -> Application:
    """Let an application read what the nearest `proxies` machines wrote into `Forwarded`.

    Each writes one part at the right, without a comma in it. What stands further left is the
    client's own word. The scheme is that of the outermost of our machines, which saw the client.
    """

    def wrapper(environ: Environ, start_response: Any) -> Iterable[bytes]:
        environ.pop(FOR, None)
        environ.pop(PROTO, None)
        header = environ.get("HTTP_FORWARDED")
        if header:
            parts = [_read(part) for part in header.rsplit(",", proxies)[-proxies:]]
            environ[FOR] = ",".join(part.get("for", "") for part in parts)
            if len(parts) == proxies and "proto" in parts[0]:
                environ[PROTO] = parts[0]["proto"]
        return application(environ, start_response)

    return wrapper


def _read(part: str) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in _PAIR.findall(part)}
