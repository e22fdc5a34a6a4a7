"""What a policy page tells machines about itself (schema.org has no type for a policy)."""

import json

from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - escaped below

from privacy.policy.models import PolicyVersion

# As Django's json_script does: nothing in here can end the script element.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def web_page(version: PolicyVersion) -> SafeString:
    """Return the JSON-LD of a version's page."""
    data = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "name": version.policy.title,
        "version": str(version.number),
        "dateModified": version.last_updated.isoformat(),
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))
