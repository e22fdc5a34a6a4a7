"""What the worker does for the downloads."""

from downloads.watching import tell_watchers
from outbox.jobs import periodic


@periodic("tell watchers", every_seconds=300)
def tell_of_new_versions() -> object:
    """Write to who asked to hear of a document, once a version of it has appeared."""
    return tell_watchers()
