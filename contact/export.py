"""Messages as a file for a spreadsheet."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from contact.models import DETAILS, ContactMessage
from sens_site.lib.csv_text import as_csv

COLUMNS = (
    "Reference", "Received", "State", "Department", "Name", "Wants to be contacted", "Email", "Phone",
    "Message", "Answered", "Answered by",
    "Company", "Order number", "Model", "Serial number", "Site or vessel",
)  # fmt: skip


def messages_as_csv(messages: QuerySet[ContactMessage]) -> str:
    """Return the messages as a file. Of who did not ask to be contacted it gives no way to do it."""
    return as_csv([COLUMNS, *map(tuple, map(_row, messages.select_related("answered_by")))])


def _row(message: ContactMessage) -> Iterator[str]:
    yield message.reference
    yield timezone.localtime(message.received_at).isoformat(" ", "minutes")
    yield message.get_state_display()
    yield message.department
    yield message.name
    yield "yes" if message.wants_contact else "no"
    yield message.email if message.wants_contact else ""
    yield message.phone if message.wants_contact else ""
    yield message.message
    answered = message.answered_at
    yield timezone.localtime(answered).isoformat(" ", "minutes") if answered else ""
    yield str(message.answered_by or "")
    for name in DETAILS:
        yield getattr(message, name)
