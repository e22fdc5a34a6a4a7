"""The mails of this room. Visitors' words stand in bodies of plain text and never in a header."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from contact.models import ContactMessage
from sens_site.context import render_without_request


def message_mail(message: ContactMessage) -> EmailMessage:
    """Return the mail that brings a message to the webmaster.

    Who did not ask to be contacted cannot be answered from here: neither the address nor the
    telephone number is in it (policy: they serve only to contact the sender).
    """
    return EmailMessage(
        subject=f"Message {message.reference} from the website",
        body=_text("message", message=message, inbox=_admin_url(message)),
        to=[settings.WEBMASTER_EMAIL],
        reply_to=[message.email] if message.wants_contact else [],
    )


def acknowledgement_mail(message: ContactMessage) -> EmailMessage:
    """Return the mail that tells the sender that the message is stored.

    Anybody can type anybody's address, so it repeats nothing of what was typed: the form is of no
    use to somebody who wants to send words of his own under our name.
    """
    return EmailMessage(
        subject="We have your message",
        body=_text("acknowledgement", message=message),
        to=[message.email],
        headers={"Auto-Submitted": "auto-replied"},
    )


def held_mail(count: int) -> EmailMessage:
    """Return the mail that asks the webmaster to look at what was set aside."""
    inbox = reverse("admin:contact_contactmessage_changelist") + "?inbox=held"
    return EmailMessage(
        subject="Messages held as suspected spam",
        body=_text("held", count=count, inbox=settings.SITE_ORIGIN + inbox),
        to=[settings.WEBMASTER_EMAIL],
    )


def _text(name: str, **context: object) -> str:
    return render_without_request(f"contact/mail/{name}.txt", context)


def _admin_url(message: ContactMessage) -> str:
    path = reverse("admin:contact_contactmessage_change", args=[message.pk])
    return f"{settings.SITE_ORIGIN}{path}"
