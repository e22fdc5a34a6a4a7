"""The promise about promotional mail: no other mail brings promotion along.

What each mail says stands in its template, whose words have been read. So nothing may be added on the
way: not to what is about a password, in December, or for who is no colleague.
"""

import secrets
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import cycle

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from outbox.models import OutboxMail
from outbox.purposes import audiences
from privacy.promises.played_clock import later
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

MONTHS = 12
A_MONTH = timedelta(days=30)
BESIDE = ("farewell",)
"""What the rooms also send, and the desk does not show: to who is gone."""


@promise("use.promotional-mail", look=Look.REHEARSAL)
def nothing_is_added_to_what_is_written(site: RunningSite) -> Evidence:
    """Mails of each purpose, in each month of a year, are stored as they were written, and sent so."""
    purposes = sorted({*audiences(), *BESIDE})
    with site.rehearsal():
        for month, purpose in zip(range(max(MONTHS, len(purposes))), cycle(purposes), strict=False):
            with later(month * A_MONTH):
                _is_stored_as_written(purpose, f"check{secrets.token_hex(6)}@example.com")
                _is_stored_as_written(purpose, settings.WEBMASTER_EMAIL)
                # Most mails are of this purpose.
                _is_stored_as_written("service", f"check{secrets.token_hex(6)}@example.com")
    return Evidence(
        "Played through for this check: mails of each purpose, in each month of a year, went out with "
        "the words that were written, and with nothing besides.",
        {"purposes": len(purposes), "months": MONTHS},
    )


def _is_stored_as_written(purpose: str, to: str) -> None:
    """Write a mail, and require its subject and both its parts, word for word."""
    subject, text = (
        f"A check {secrets.token_hex(6)}",
        f"The words of a check: {secrets.token_hex(6)}",
    )
    html = f"<p>{text}</p>"
    mail = EmailMultiAlternatives(subject, text, to=[to], headers={"X-Purpose": purpose})
    mail.attach_alternative(html, "text/html")
    mail.send()
    rows = OutboxMail.objects.filter(subject__contains=subject)
    require(len(rows) == 1, f"of one mail about “{purpose}” {len(rows)} are stored")
    sent = message_from_bytes(rows[0].as_message().message().as_bytes(), policy=policy.default)
    said = [str(one.get_content()).strip() for one in sent.walk() if not one.is_multipart()]
    require(said == [text, html], f"a mail about “{purpose}” says more than was written")
    require(sent["Subject"] == rows[0].subject == subject, f"a mail about “{purpose}” is renamed")
