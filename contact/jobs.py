"""What the worker does for this room."""

from contact import services
from contact.mailbox import is_configured, read_replies
from outbox.jobs import periodic

A_DAY = 24 * 3600
FIVE_MINUTES = 300

# Apart, as a mail server may let others wait.
periodic("read replies", every_seconds=FIVE_MINUTES, apart=True, when=is_configured)(read_replies)


@periodic("announce held messages", every_seconds=A_DAY)
def announce_held_messages() -> object:
    """Ask the webmaster to look at what was set aside as suspected spam."""
    return services.announce_held_messages()


@periodic("alarms of waiting messages", every_seconds=A_DAY)
def raise_alarms() -> object:
    """Tell the webmaster of messages that have waited too long."""
    return services.raise_alarms()
