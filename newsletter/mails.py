"""The mails about a sign-up. They repeat nothing that a stranger could have typed."""

from django.conf import settings
from django.core.mail import EmailMessage

from newsletter.links import CONFIRM, PREFERENCES, REFUSE, UNSUBSCRIBE, address_of, code_of
from newsletter.models import Subscriber
from newsletter.models.readers import UNCONFIRMED
from newsletter.suppression import SIGN_UP
from outbox.purposes import register_purpose
from sens_site.context import render_without_request

SIGN_UPS = register_purpose(
    SIGN_UP.value, right="newsletter.view_subscriber", about="sign-ups for the newsletter"
)


def confirmation_mail(reader: Subscriber) -> EmailMessage:
    """Return the mail that asks whether the owner of the address wants the newsletter."""
    return _mail(reader, "confirm", "Confirm your newsletter sign-up")


def reminder_mail(reader: Subscriber) -> EmailMessage:
    """Return the only other one: the same link and code once more."""
    return _mail(reader, "reminder", "Your newsletter sign-up waits for you")


def known_mail(reader: Subscriber) -> EmailMessage:
    """Return what is written to who has the newsletter already."""
    return _mail(reader, "known", "You have our newsletter already")


def receipt_mail(reader: Subscriber) -> EmailMessage:
    """Return the receipt: when, by what, and the words that were agreed to."""
    return _mail(reader, "receipt", "Your newsletter sign-up is confirmed")


def _mail(reader: Subscriber, name: str, subject: str) -> EmailMessage:
    context = {
        "reader": reader,
        "code": code_of(reader),
        "days": UNCONFIRMED.words,
        "confirm": address_of(reader, CONFIRM),
        "refuse": address_of(reader, REFUSE),
        "preferences": address_of(reader, PREFERENCES),
        "unsubscribe": address_of(reader, UNSUBSCRIBE),
    }
    return EmailMessage(
        subject=subject,
        body=render_without_request(f"newsletter/mail/{name}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[reader.email],
        headers={"X-Purpose": SIGN_UPS},
    )
