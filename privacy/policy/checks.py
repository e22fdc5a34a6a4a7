"""System check: the data map and the newest shipped policy name the same things."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register

from privacy.datamap.agreement import differences
from privacy.datamap.checks import TAG, problem
from privacy.policy.bundled import TEXT_DIR
from privacy.policy.models import PRIVACY
from sens_site.lib.content import ContentError, read_content, read_versions


def newest_shipped_text() -> str:
    """Return the newest privacy policy that comes with the code."""
    versions = read_versions(settings.CONTENT_DIR)
    newest = max(
        (version for version in versions if version["policy"] == PRIVACY),
        key=lambda version: version["number"],
    )
    return read_content(TEXT_DIR / str(newest["file"]))


@register(TAG)
def check_agreement(**kwargs: Any) -> list[CheckMessage]:
    """E104-E107, E112: the map and the newest shipped policy name the same things.

    What the version in force says is compared by a promise, as only the database knows it.
    """
    try:
        text = newest_shipped_text()
    except ContentError:
        return []  # sens_site.E003 says what is missing
    return [problem(d.check, d.message, d.hint) for d in differences(text)]
