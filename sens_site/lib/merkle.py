"""The root of a Merkle tree as in RFC 6962, 2.1: one hash that stands for every line of a log."""

import hashlib
from collections.abc import Iterable

LEAF, NODE = b"\x00", b"\x01"
"""Put before what is hashed, so that no inner node can be passed off as a line (RFC 6962, 2.1)."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(LEAF + data).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in their order: 32 bytes."""
    # Roots of whole subtrees from the left, each with its number of leaves: as a binary counter.
    whole: list[tuple[int, bytes]] = []
    for data in leaves:
        size, root = 1, leaf_hash(data)
        while whole and whole[-1][0] == size:
            size, root = size * 2, _joined(whole.pop()[1], root)
        whole.append((size, root))
    if not whole:
        return hashlib.sha256().digest()
    _, root = whole.pop()
    while whole:
        root = _joined(whole.pop()[1], root)
    return root


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()
