"""What the worker does for this room."""

from django.conf import settings

from contact import services
from contact.mailbox import REPLIES_READ, is_configured, read_replies
from contact.orders import ORDERS_LOADED, fetch_orders
from outbox.jobs import periodic
from outbox.left_undone import not_done

A_DAY = 24 * 3600
FIVE_MINUTES, FIFTEEN_MINUTES = 300, 900

# Apart, as a mail server may let others wait.
periodic(
    "read replies",
    every_seconds=FIVE_MINUTES,
    apart=True,
    when=is_configured,
    left=lambda: not_done(REPLIES_READ, when=is_configured()),
)(read_replies)


# Apart as well: another machine is asked.
periodic(
    "order status",
    every_seconds=FIFTEEN_MINUTES,
    apart=True,
    when=lambda: bool(settings.ORDER_STATUS_URL),
    left=lambda: not_done(ORDERS_LOADED, when=bool(settings.ORDER_STATUS_URL)),
)(fetch_orders)


@periodic("announce held messages", every_seconds=A_DAY)
def announce_held_messages() -> object:
    """Ask the webmaster to look at what was set aside as suspected spam."""
    return services.announce_held_messages()


@periodic("alarms of waiting messages", every_seconds=A_DAY)
def raise_alarms() -> object:
    """Tell the webmaster of messages that have waited too long."""
    return services.raise_alarms()
