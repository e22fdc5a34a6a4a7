"""To whom a mail goes beside the person it is written to."""

from outbox.models import OutboxMail
from privacy.promises.registry import require
from sens_site.lib.email_address import as_stored


def goes_to_nobody_else(address: str) -> None:
    """Require that each mail to an address goes there alone: no copy, seen or unseen, to anybody."""
    theirs = OutboxMail.objects.to_address(address)
    copies = OutboxMail.objects.filter(message_id__in=theirs.values("message_id"))
    other = copies.exclude(recipient=as_stored(address)).first()
    require(other is None, f"of the mail “{other and other.subject}” somebody else gets a copy")
