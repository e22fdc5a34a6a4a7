"""That nobody says themselves from where they come: behind proxies that are trusted the last word is theirs.

Limits on repeated attempts hang on it. On a machine of one's own there is no proxy, so what the site does
behind one and behind two is played.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.test import override_settings

from privacy.promises.registry import require
from sens_site.lib.http.client_address import client_address
from sens_site.lib.http.forwarded import OLDER, STANDARD, behind_proxies

PEER, CLIENT, PROXY, SAID = "10.0.0.1", "198.51.100.7", "203.0.113.9", "192.0.2.66"
WRITTEN: tuple[tuple[int, str, Mapping[str, str], str, str], ...] = (
    (1, STANDARD, {"HTTP_FORWARDED": f'for="{CLIENT}";proto=https'}, CLIENT, "https"),
    (1, STANDARD, {"HTTP_FORWARDED": f"for={SAID};proto=https, for={CLIENT};proto=http"}, CLIENT, "http"),
    (1, STANDARD, {"HTTP_X_FORWARDED_FOR": SAID, "HTTP_X_FORWARDED_PROTO": "https"}, PEER, ""),
    (2, STANDARD, {"HTTP_FORWARDED": f"for={SAID}, for={CLIENT};proto=https, for={PROXY};proto=http"},
     CLIENT, "https"),
    (2, STANDARD, {"HTTP_FORWARDED": f"for={SAID};proto=https"}, PEER, ""),
    (1, OLDER, {"HTTP_X_FORWARDED_FOR": f"{SAID}, {CLIENT}"}, CLIENT, ""),
    (2, OLDER, {"HTTP_X_FORWARDED_FOR": f"{SAID}, {CLIENT}, {PROXY}"}, CLIENT, ""),
    (0, STANDARD, {"HTTP_X_FORWARDED_FOR": SAID, "HTTP_FORWARDED": f"for={SAID}"}, PEER, ""),
)  # fmt: skip
"""How many proxies are trusted and what they write, what comes in, and who is asking then, by which way."""


def nobody_says_from_where_they_come() -> int:
    """Require it of each way in which a site may stand behind others; return how many there are."""
    for proxies, header, came, client, way in WRITTEN:
        seen: dict[str, Any] = {}

        def application(
            environ: dict[str, Any], _: Any, seen: dict[str, Any] = seen
        ) -> Iterable[bytes]:
            seen.update(environ)
            return ()

        with override_settings(TRUSTED_PROXY_COUNT=proxies, TRUSTED_PROXY_HEADER=header):
            behind_proxies(application)({"REMOTE_ADDR": PEER, **came}, None)
            request = HttpRequest()
            request.META = seen
            where = client_address(request)
        require(where == client, f"behind {proxies} proxies somebody says where they are: {header}")
        said = seen.get("HTTP_X_FORWARDED_PROTO", "") if proxies and header == STANDARD else ""
        require(said == way, f"behind {proxies} proxies somebody says that they come encrypted")
    return len(WRITTEN)
