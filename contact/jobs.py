"""What the worker does for this room."""

from contact import services
from outbox.jobs import periodic

A_DAY = 24 * 3600


@periodic("purge old messages", every_seconds=A_DAY, apart=True)
def purge_old_messages() -> object:
    """Delete messages 24 months after their matter was closed."""
    return services.purge_old_messages()


@periodic("announce held messages", every_seconds=A_DAY)
def announce_held_messages() -> object:
    """Ask the webmaster to look at what was set aside as suspected spam."""
    return services.announce_held_messages()
