"""Breaks that are left until all is stored: no rehearsal comes so far by itself."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from contact.models import ContactMessage
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _after(hand: Hand, act: Any) -> None:
    """Have something done with each message, once it is stored."""

    def stored(old: Any, message: ContactMessage, **how: Any) -> None:
        old(message, **how)
        transaction.on_commit(partial(act, message))

    hand.wrap("contact.services._deliver", stored)


@breaks("beacons.in-mail")
def a_mail_with_a_pixel_after_the_commit(hand: Hand) -> None:
    def thank(message: ContactMessage) -> None:
        mail = EmailMultiAlternatives("Thank you", "Thank you.", to=[message.email])
        mail.attach_alternative('<p>Thank you.<img src="https://p.test/1.gif"></p>', "text/html")
        mail.send()

    _after(hand, thank)


@breaks("information.communications-kept")
def a_line_of_the_log_after_the_commit(hand: Hand) -> None:
    def note(message: ContactMessage) -> None:
        logging.getLogger("contact").warning("From %s", message.email)

    _after(hand, note)


@breaks("usage.details")
def a_file_that_is_written_after_the_commit(hand: Hand) -> None:
    def keep(message: ContactMessage) -> None:
        leads = settings.BASE_DIR / "var" / "leads.csv"
        leads.write_text(f"{message.email}\n")
        leads.unlink()

    _after(hand, keep)
