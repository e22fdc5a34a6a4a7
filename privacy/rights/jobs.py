"""What the worker does for the request desk."""

from outbox.jobs import periodic
from privacy.rights import alarms, export_files


@periodic("request alarms", every_seconds=3600)
def give_alarms() -> object:
    """Tell staff whose time runs out."""
    return alarms.raise_alarms()


@periodic("remove stray copies", every_seconds=3600)
def remove_strays() -> object:
    """Remove files of copies that no row knows."""
    return export_files.remove_strays()
