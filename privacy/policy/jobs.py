"""What the worker does for the policies."""

import logging

from outbox.jobs import periodic
from privacy.policy.notices import announce_due, unannounced
from sens_site.lib import row_guards

logger = logging.getLogger(__name__)


def a_version_waits() -> bool:
    """Tell whether there is something to announce."""
    return unannounced().exists()


@periodic("announce policy versions", every_seconds=60, apart=True, when=a_version_waits)
def announce_posted_versions() -> object:
    """Tell people of versions that have come to their day of posting."""
    return announce_due()


@periodic("compare guards", every_seconds=3600)
def compare_guards() -> object:
    """Look, at start and each hour, whether the database still refuses what it should."""
    missing = row_guards.missing()
    for name in missing:
        logger.error("Guard %s is missing or changed. Run manage.py migrate.", name)
    return len(missing)
