"""What the worker does for accounts at intervals."""

from accounts.idle_accounts import end_idle, notify_idle
from outbox.jobs import periodic
from outbox.staff_mail import left_out_of_summaries, waiting_for_a_summary, write_summaries
from privacy.datamap.clock import with_steady_clock


@periodic("idle accounts", every_seconds=24 * 3600, apart=True)
@with_steady_clock
def see_to_idle_accounts() -> object:
    """End what was announced long enough ago, and announce what has been idle long enough."""
    return end_idle() + notify_idle()


def a_summary_is_due() -> bool:
    """Tell whether mails of the last day wait for this morning."""
    return bool(waiting_for_a_summary())


@periodic(
    "write summaries for staff",
    every_seconds=600,
    when=a_summary_is_due,
    left=left_out_of_summaries,
)
def summarize() -> object:
    """Put the mails of a day into one, for colleagues who have chosen that."""
    return write_summaries()
