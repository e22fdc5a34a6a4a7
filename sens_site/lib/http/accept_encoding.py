"""In which compressed forms a client takes an answer (RFC 9110, 12.5.3)."""

from functools import lru_cache


@lru_cache(maxsize=64)
def accepted_encodings(header: str) -> frozenset[str]:
    """Return the codings that an Accept-Encoding header names and does not refuse by `q=0`."""
    accepted = set()
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        if parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(name.strip())
    return frozenset(accepted)
