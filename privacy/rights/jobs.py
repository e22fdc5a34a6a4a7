"""What the worker does for the request desk."""

from outbox.jobs import periodic
from privacy.rights import alarms, export_files


@periodic("request alarms", every_seconds=3600)
def give_alarms() -> object:
    """Tell staff whose time runs out."""
    return alarms.raise_alarms()


@periodic("destroy exports", every_seconds=900)
def destroy_exports() -> object:
    """Destroy copies whose time is over."""
    return export_files.destroy_expired()
