"""What the worker does for the request desk."""

from outbox.jobs import periodic
from privacy.datamap.clock import with_steady_clock
from privacy.rights import alarms, export_files, handling
from privacy.rights.models import SubjectRequest


def a_request_waits() -> bool:
    """Tell whether there is a request that is not answered."""
    return SubjectRequest.objects.open().exists()


@periodic("request alarms", every_seconds=3600, apart=True, when=a_request_waits)
def give_alarms() -> object:
    """Tell staff whose time runs out."""
    return alarms.raise_alarms()


def reminders_left() -> int:
    """Count the requests of which staff wanted to be told by today, and were not."""
    return handling.to_remind_of().count()


@periodic("request reminders", every_seconds=3600, when=a_request_waits, left=reminders_left)
def remind_the_desk() -> object:
    """Tell staff of requests that they wanted to look at again today."""
    return handling.send_reminders()


@periodic("remove stray copies", every_seconds=3600)
@with_steady_clock
def remove_strays() -> object:
    """Remove files of copies that no row knows."""
    return export_files.remove_strays()
