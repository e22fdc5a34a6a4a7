"""The addresses at which programs ask how the site is: /healthz, /readyz and /metrics.

They ask this machine itself, in clear and under whatever name it has for them, and need an answer
while the database is away. So they pass by the kept pages (which look at a stamp in the database) and
reach Django as a request for the site under its own name.
"""

import secrets
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from sens_site.lib.http.types import SiteRequest

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
PATHS = frozenset({HEALTH, READY, METRICS})
LOCAL = "site.local"
"""Where it stands whether a request comes from this machine. No header has such a name."""
OF_PROXIES = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP", "HTTP_VIA",
)  # fmt: skip


def machine_addresses(
    application: Application, *, direct: Application, before: Callable[[], None]
) -> Application:
    """Lead requests of programs past an application, straight to the one behind it.

    Stands outside of what believes proxies: it looks at what has really come.
    """

    def wrapped(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in PATHS:
            return application(environ, start_response)
        before()
        return direct(_as_to_the_site(environ), start_response)

    return wrapped


def _as_to_the_site(environ: Environ) -> Environ:
    """Return a request in the site's own name, without cookies, and whether this machine asks."""
    kept = {k: v for k, v in environ.items() if k not in (*OF_PROXIES, "HTTP_COOKIE")}
    origin = urlsplit(settings.SITE_ORIGIN)
    return {
        **kept,
        "HTTP_HOST": origin.netloc,
        "HTTP_X_FORWARDED_PROTO": origin.scheme,
        "wsgi.url_scheme": origin.scheme,
        LOCAL: is_local(environ),
    }


def is_local(environ: Environ) -> bool:
    """Tell whether a program on this machine asks, and not a proxy here for somebody elsewhere.

    A proxy says whom it asks for, or asks under the name of the site. When in doubt: no.
    """
    host = urlsplit(f"//{environ.get('HTTP_HOST', '')}")
    return (
        not any(name in environ for name in OF_PROXIES)
        and _is_loopback(environ.get("REMOTE_ADDR", ""))
        and _is_loopback(host.hostname or "")
    )


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def may_see_inside(request: SiteRequest) -> bool:
    """Tell whether who asks may know more than that the site is there."""
    if request.environ.get(LOCAL) is True:
        return True
    named = request.headers.get("Authorization", "").partition(" ")
    token: str = settings.METRICS_TOKEN
    return (
        bool(token)
        and named[0].lower() == "bearer"
        and secrets.compare_digest(named[2].encode(), token.encode())
    )
