"""Keys of the shared cache that tell nobody anything (law 10).

allauth puts client addresses and hashes of e-mail addresses, made without a secret, into the keys
of its limits, and one-time codes into the keys that mark them as used. What a library names there
is out of our hands; what reaches the cache is not.
"""

from typing import Any

from django.utils.crypto import salted_hmac

# Made by our own modules, and known to hold no address: they stay readable for whoever looks.
OPEN = ("limit:", "content-stamp")


def opaque_key(key: Any, key_prefix: str, version: int) -> str:
    """Return a keyed hash instead of the key; Django asks for it at every access."""
    name = f"{key_prefix}:{version}:{key}"
    if str(key).startswith(OPEN):
        return name
    return salted_hmac("sens_site.lib.cache.keys", name, algorithm="sha256").hexdigest()
