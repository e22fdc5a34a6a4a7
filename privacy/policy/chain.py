"""The hash chain: what is hashed, and how.

The record of a version is a flat JSON object that holds everything a reader could be shown of it,
and the hash of the version before. Its canonical bytes (sorted keys, no spaces, UTF-8) give the
hash. The same object is served as `/privacy/v/N.json`, so that ten lines of standard-library
Python can check a version without trusting this site's code.
"""

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privacy.policy.models import PolicyVersion

GENESIS = "0" * 64
FORMAT = 1


def record_of(version: "PolicyVersion") -> dict[str, Any]:
    """Return what is hashed of a version."""
    return {
        "format": FORMAT,
        "policy": version.policy.slug,
        "number": version.number,
        "kind": version.kind,
        "reason": version.reason,
        "summary": version.summary,
        "source": version.source_text,
        "html": version.rendered_html,
        "renderer": version.renderer,
        "claims": version.claims,
        "posted_at": version.posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "posted_on": version.posted_on.isoformat(),
        "effective_on": version.effective_on.isoformat(),
        "imported": version.imported,
        "previous_hash": version.previous_hash,
    }


def canonical(record: dict[str, Any]) -> bytes:
    """Return the bytes that are hashed."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def hash_of(record: dict[str, Any]) -> str:
    """Return the hash of a record."""
    return hashlib.sha256(canonical(record)).hexdigest()
