"""The nightly mail of the checkpoint: a copy that no owner of the database can call back."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from outbox.models import OutboxMail
from outbox.staff_mail import Matter, staff_recipients
from privacy.policy.head_log import close_day, current_checkpoint
from sens_site.context import render_without_request
from sens_site.lib.signed_note import Checkpoint

NIGHT = range(1, 5)
LONGEST = timedelta(hours=30)
"""How long the last mail may be ago before another goes out by day: a worker that slept by night."""
KEY = "checkpoint-"


def is_night() -> bool:
    """Tell whether the checkpoint of today is due."""
    mails = OutboxMail.objects.filter(dedupe_key__startswith=KEY)
    if mails.filter(dedupe_key=_key()).exists():
        return False
    newest = mails.order_by("-created_at").first()
    slept = newest is not None and newest.created_at < timezone.now() - LONGEST
    return slept or timezone.localtime().hour in NIGHT


def officers() -> list[str]:
    """Return the desk's address and those of the privacy officers."""
    return list(dict.fromkeys([settings.WEBMASTER_EMAIL, *staff_recipients(Matter.PROMISES)]))


@transaction.atomic
def mail_checkpoint() -> int:
    """Write today's checkpoint to the officers, once; return to how many. Nothing without a key."""
    signed = current_checkpoint()
    if signed is None:
        return 0
    people = officers()
    mail = checkpoint_mail(signed, to=people)
    mail.extra_headers["X-Dedupe-Key"] = _key()
    mail.send()
    return len(people)


def checkpoint_mail(signed: Checkpoint, *, to: list[str]) -> EmailMessage:
    """Return the mail that holds a checkpoint."""
    return EmailMessage(
        subject=f"Checkpoint {signed.size} of {signed.origin}",
        body=render_without_request(
            "privacy/policy/mail/checkpoint.txt",
            {"checkpoint": signed, "day": timezone.localdate()},
        ),
        to=to,
    )


def close_day_and_mail() -> int:
    """Log all heads, then write the mail."""
    close_day()
    return mail_checkpoint()


def _key() -> str:
    return f"{KEY}{timezone.localdate().isoformat()}"
