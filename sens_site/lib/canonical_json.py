"""The one form in which plain data is written before it is hashed.

Sorted keys, no spaces, UTF-8 as it is. Sealed versions, receipts and the versions that grants carry
rest on these bytes, and readers check them with code of their own: change nothing here.
"""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: Any) -> str:
    """Return the SHA-256 of plain data, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
