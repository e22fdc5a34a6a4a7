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
    return {"claims": version.claims, **_record_after_claims(version)}


def canonical(value: Any) -> bytes:
    """Return the bytes of a JSON value that are hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(version: "PolicyVersion") -> str:
    """Return the hash of a version as it is: that of `canonical(record_of(version))`.

    The claims are stored in canonical form and sort first, so they are put in as they are.
    """
    rest = canonical(_record_after_claims(version))
    data = b'{"claims":' + version.claims_json.encode() + b"," + rest.removeprefix(b"{")
    return hashlib.sha256(data).hexdigest()


def _record_after_claims(version: "PolicyVersion") -> dict[str, Any]:
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
        "posted_at": version.posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "posted_on": version.posted_on.isoformat(),
        "effective_on": version.effective_on.isoformat(),
        "imported": version.imported,
        "previous_hash": version.previous_hash,
    }
