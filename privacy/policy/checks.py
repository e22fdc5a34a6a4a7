"""System checks: of what the shipped policy and the data map name, and of the log's key."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning

from privacy.datamap.agreement import differences
from privacy.datamap.checks import TAG, problem
from privacy.policy.bundled import TEXT_DIR
from privacy.policy.models import PRIVACY
from sens_site.lib.content import ContentError, read_content, read_versions


def newest_shipped_text() -> str:
    """Return the newest privacy policy that comes with the code; nothing where none does."""
    versions = read_versions(settings.CONTENT_DIR)
    newest = max(
        (version for version in versions if version["policy"] == PRIVACY),
        key=lambda version: version["number"],
        default=None,
    )
    return "" if newest is None else read_content(TEXT_DIR / str(newest["file"]))


@register(TAG)
def check_agreement(**kwargs: Any) -> list[CheckMessage]:
    """E104-E107, E112: the map and the newest shipped policy name the same things.

    What the version in force says is compared by a promise, as only the database knows it.
    """
    try:
        text = newest_shipped_text()
    except ContentError:
        return []  # sens_site.E003 says what is missing
    found = differences(text) if text else []
    return [problem(d.check, d.message, d.hint) for d in found]


@register(Tags.security, deploy=True)
def check_log_key(**kwargs: Any) -> list[CheckMessage]:
    """W001: checkpoints of the log of heads are signed, so that they can leave the house."""
    if settings.LOG_SIGNING_KEY:
        return []
    return [
        CheckWarning(
            "LOG_SIGNING_KEY is not set: no checkpoint of the log of heads is published or mailed.",
            hint='Set it: python -c "import secrets; print(secrets.token_urlsafe(32))"',
            id="policy.W001",
        )
    ]
