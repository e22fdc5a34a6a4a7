"""What the worker does for readers and issues. Deleting old sign-ups is the retention engine's work."""

from newsletter import bounce_mailbox, sending, subscribing
from newsletter.models import Issue
from outbox.jobs import periodic
from outbox.left_undone import not_done

A_MINUTE = 60
FIVE_MINUTES = 300
AN_HOUR = 3600


@periodic("reminders of newsletter sign-ups", every_seconds=AN_HOUR)
def remind() -> object:
    """Write once more to who has not confirmed yet."""
    return subscribing.remind()


def an_issue_waits() -> bool:
    """Tell whether there is something to begin or to go on with."""
    return Issue.objects.due().exists() or Issue.objects.under_way().exists()


@periodic("send newsletter issues", every_seconds=A_MINUTE, apart=True, when=an_issue_waits)
def send_issues() -> object:
    """Begin what is due, and write the next mails of what is being sent."""
    return sending.send_issues()


# Apart, as a mail server may let others wait.
periodic(
    "read newsletter bounces",
    every_seconds=FIVE_MINUTES,
    apart=True,
    when=bounce_mailbox.is_configured,
    left=lambda: not_done(bounce_mailbox.REPORTS_READ, when=bounce_mailbox.is_configured()),
)(bounce_mailbox.read_reports)
