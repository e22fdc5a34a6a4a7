"""What owners are told of the worker: which job failed. Once a day for each, and never its words."""

import logging

from django.core.mail import EmailMessage
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from outbox.error_names import short_name
from outbox.staff_mail import MATTER_HEADER, Matter, staff_recipients

logger = logging.getLogger(__name__)

TEXT = """\
The job “{name}” of the website has failed. It runs again at its next turn; this mail is sent once a day
as long as it fails. What went wrong stands in the log of the worker:

    manage.py run_job "{name}"

runs it by hand and shows it.
"""


def tell_owners(name: str) -> None:
    """Store a mail about a failed job. Without a database the log has to do."""
    key = f"job-failed-{timezone.localdate().isoformat()}-{name}"
    try:
        EmailMessage(
            subject=f"A job of the website has failed: {name}",
            body=TEXT.format(name=name),
            to=staff_recipients(Matter.JOBS),
            headers={MATTER_HEADER: Matter.JOBS, "X-Dedupe-Key": key},
        ).send()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("No mail could be stored about it (%s).", short_name(error))
