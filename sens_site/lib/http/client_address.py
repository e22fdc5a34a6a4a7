"""Who is at the other end: the true client address, for rate limits and for nothing else.

It is never stored and never logged as it is. What leaves this module towards a cache is a keyed
hash, which the cache's reader cannot turn back into an address (law 10).
"""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

UNKNOWN = "unknown"
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, as the nearest machine that we trust has seen it.

    Every proxy adds the address of its peer at the right of `X-Forwarded-For`. With N trusted
    proxies the Nth entry from the right was written by the outermost of them; what stands further
    left is the client's own word and is never read. Without trusted proxies the header is not
    read at all. An entry that is missing or no address falls back to the peer of this server, so
    that a broken chain shares one limit and cannot choose its own.
    """
    peer = normalised(request.META.get("REMOTE_ADDR", ""))
    count: int = settings.TRUSTED_PROXY_COUNT
    if count == 0:
        return peer
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(entries) < count:
        return peer
    seen = normalised(entries[-count])
    return peer if seen == UNKNOWN else seen


def normalised(text: str) -> str:
    """Return one spelling for one client: no port, IPv4 out of IPv6, an IPv6 customer's /64.

    A household or a rented server has a whole /64, so single IPv6 addresses would be no limit.
    """
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, IPV6_PREFIX), strict=False))
    return str(address)


def hashed_client(request: HttpRequest, scope: str) -> str:
    """Return a name for the client that fits a cache key and tells nobody its address.

    Names of the same client in two scopes cannot be told to belong together.
    """
    return salted_hmac(
        f"sens_site.client.{scope}", client_address(request), algorithm="sha256"
    ).hexdigest()[:32]
