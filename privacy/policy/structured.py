"""What a policy page tells machines about itself (schema.org has no type for a policy)."""

from django.utils.safestring import SafeString

from privacy.policy.models import PolicyVersion
from sens_site.lib.jsonld import json_ld


def web_page(version: PolicyVersion) -> SafeString:
    """Return the JSON-LD of a version's page."""
    return json_ld(
        "WebPage",
        name=version.policy.title,
        version=str(version.number),
        dateModified=version.last_updated.isoformat(),
    )
