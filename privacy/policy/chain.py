"""The hash chain: what is hashed, and how.

The record of a version is a flat JSON object that holds everything a reader could be shown of it,
and the hash of the version before. Its canonical bytes (sorted keys, no spaces, UTF-8) give the
hash. The same object is served as `/privacy/v/N.json`, so that a few lines of standard-library
Python (`reader_check.txt`) follow the chain without trusting this site's code.
"""

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sens_site.lib.canonical_json import canonical_json

if TYPE_CHECKING:
    from privacy.policy.models import PolicyVersion

GENESIS = "0" * 64
FORMAT = 1


def record_of(version: "PolicyVersion") -> dict[str, Any]:
    """Return what is hashed of a version."""
    return {
        "claims": version.claims,
        "source": version.source_text,
        "html": version.rendered_html,
        **_short_fields(version),
    }


def hash_of(version: "PolicyVersion") -> str:
    """Return the hash of a version as it is: `digest_of(record_of(version))`, but quickly.

    Written apart because it is asked for ten thousand versions at a time: the claims are stored in
    canonical form, and the two long texts are quoted without json's walk over each character.
    """
    parts = {key: canonical_json(value).encode() for key, value in _short_fields(version).items()}
    parts["claims"] = version.claims_json.encode()
    parts["source"] = _quoted(version.source_text)
    parts["html"] = _quoted(version.rendered_html)
    data = b",".join(b'"%s":%s' % (key.encode(), parts[key]) for key in sorted(parts))
    return hashlib.sha256(b"{%s}" % data).hexdigest()


# Control characters but the line feed: json writes them in ways of their own.
_CONTROLS = bytes(n for n in range(32) if n != 10)


def _quoted(text: str) -> bytes:
    data = text.encode()
    if len(data.translate(None, _CONTROLS)) != len(data):
        return canonical_json(text).encode()
    data = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%s"' % data


def _short_fields(version: "PolicyVersion") -> dict[str, Any]:
    # Left out where there is none: what was hashed before this was a field keeps its hash.
    origin = {"origin": version.origin} if version.origin else {}
    return {
        **origin,
        "format": FORMAT,
        "policy": version.policy.slug,
        "number": version.number,
        "kind": version.kind,
        "reason": version.reason,
        "summary": version.summary,
        "renderer": version.renderer,
        "posted_at": version.posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "posted_on": version.posted_on.isoformat(),
        "effective_on": version.effective_on.isoformat(),
        "imported": version.imported,
        "previous_hash": version.previous_hash,
    }
