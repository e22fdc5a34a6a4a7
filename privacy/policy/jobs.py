"""What the worker does for the policies."""

import logging

from outbox.job_runs import note_done
from outbox.jobs import periodic
from outbox.left_undone import not_done
from privacy.policy.head_log import append_heads
from privacy.policy.log_mail import close_day_and_mail, is_night
from privacy.policy.notices import announce_due, unannounced
from sens_site.lib import row_guards

logger = logging.getLogger(__name__)
GUARDS_COMPARED = "guards: compared"


def a_version_waits() -> bool:
    """Tell whether there is something to announce."""
    return unannounced().exists()


@periodic("announce policy versions", every_seconds=60, apart=True, when=a_version_waits)
def announce_posted_versions() -> object:
    """Tell people of versions that have come to their day of posting."""
    return announce_due()


@periodic("log heads at once", every_seconds=60)
def log_heads_at_once() -> object:
    """Log what has just been sealed."""
    return append_heads(at_once=True)


@periodic("close the day of the chains", every_seconds=600, when=is_night)
def close_day_of_chains() -> object:
    """Log the heads of all chains, and send the checkpoint out of the house."""
    return close_day_and_mail()


@periodic("compare guards", every_seconds=1800, left=lambda: not_done(GUARDS_COMPARED, when=True))
def compare_guards() -> object:
    """Look, at start and each half hour, whether the database still refuses what it should."""
    missing = row_guards.missing()
    for name in missing:
        logger.error("Guard %s is missing or changed. Run manage.py migrate.", name)
    note_done(GUARDS_COMPARED)
    return len(missing)
