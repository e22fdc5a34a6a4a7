"""The mails of this room. Visitors' words stand in bodies of plain text and never in a header."""

from email.utils import formataddr, make_msgid

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from contact.departments import WEBMASTER, mailbox_of
from contact.models import ContactMessage, MessageReply
from outbox.purposes import register_purpose
from outbox.staff_mail import MATTER_HEADER, Matter, staff_recipients
from sens_site.context import render_without_request

MESSAGES = register_purpose("message", right="contact.view_contactmessage", about="messages")
MOST_REFERENCES = 12
"""How many mails of a thread are named in the next one: a header has an end (RFC 5322, 2.1.1)."""


def first_id(message: ContactMessage) -> str:
    """Return the name of the mail with which a thread begins: the one that says that we have it.

    Made from the reference, which nobody can guess, so that no other mail is taken for it.
    """
    return f"<message.{message.reference}@{settings.SITE_HOST}>"


def quoted(text: str) -> str:
    """Return a text as mail programs quote it (RFC 3676)."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def reply_mail(message: ContactMessage, text: str) -> EmailMessage:
    """Return a reply to the sender: it stands in the thread, and quotes what it replies to."""
    earlier = list(message.replies.all())
    last = next(
        (one for one in reversed(earlier) if one.kind == MessageReply.Kind.RECEIVED), message
    )
    words, at = (
        (last.text, last.at)
        if isinstance(last, MessageReply)
        else (message.message, message.received_at)
    )
    thread = [first_id(message), *(str(one.header_id) for one in earlier)]
    return EmailMessage(
        subject=f"{'Re: ' if earlier else ''}Your message {message.reference}",
        body=_text("reply", text=text, quoted=quoted(words), at=at),
        from_email=formataddr((settings.COMPANY.short_name, mailbox_of(message.topic))),
        to=[message.email],
        headers={
            "Message-ID": make_msgid(domain=settings.SITE_HOST),
            "In-Reply-To": thread[-1],
            "References": " ".join([thread[0], *thread[1:][1 - MOST_REFERENCES :]]),
            "Auto-Submitted": "no",  # a person has written it
            "X-Purpose": MESSAGES,
        },
    )


def assigned_mail(message: ContactMessage, *, to: str) -> EmailMessage:
    """Return the mail that tells a colleague of an assignment. It names no sender."""
    return EmailMessage(
        subject=f"Message {message.reference} is assigned to you",
        body=_text("assigned", message=message, inbox=_admin_url(message)),
        to=[to],
        headers={"X-Purpose": MESSAGES},
    )


def late_mail(count: int) -> EmailMessage:
    """Return the mail that says how many messages wait too long."""
    return EmailMessage(
        subject="Messages wait for an answer",
        body=_text("late", count=count, inbox=_tab("late")),
        to=staff_recipients(Matter.MESSAGES),
        headers={"X-Purpose": MESSAGES, MATTER_HEADER: Matter.MESSAGES},
    )


def message_mail(message: ContactMessage) -> EmailMessage:
    """Return the mail that brings a message to its department.

    Who did not ask to be contacted cannot be answered from here: neither the address nor the
    telephone number is in it (policy: they serve only to contact the sender).
    """
    return EmailMessage(
        subject=f"Message {message.reference} from the website",
        body=_text(
            "message",
            message=message,
            form="Contact Webmaster" if message.topic == WEBMASTER else message.department,
            photos=message.photos.count(),
            inbox=_admin_url(message),
        ),
        to=[mailbox_of(message.topic)],
        reply_to=[message.email] if message.wants_contact else [],
        headers={"X-Purpose": MESSAGES},
    )


def acknowledgement_mail(message: ContactMessage) -> EmailMessage:
    """Return the mail that tells the sender that the message is stored.

    Anybody can type anybody's address, so it repeats nothing of what was typed: the form is of no
    use to somebody who wants to send words of his own under our name.
    """
    return EmailMessage(
        subject="We have your message",
        body=_text(
            "acknowledgement",
            message=message,
            department="" if message.topic == WEBMASTER else message.department,
        ),
        to=[message.email],
        headers={
            "Message-ID": first_id(message),
            "Auto-Submitted": "auto-replied",
            "X-Purpose": MESSAGES,
        },
    )


def held_mail(count: int) -> EmailMessage:
    """Return the mail that asks the webmaster to look at what was set aside."""
    return EmailMessage(
        subject="Messages held as suspected spam",
        body=_text("held", count=count, inbox=_tab("held")),
        to=staff_recipients(Matter.MESSAGES),
        headers={"X-Purpose": MESSAGES, MATTER_HEADER: Matter.MESSAGES},
    )


def flood_mail(limit: int) -> EmailMessage:
    """Return the mail that says that messages are held because there are so many."""
    return EmailMessage(
        subject="Messages are held: far more than usual are coming in",
        body=_text("flood", limit=limit, inbox=_tab("held")),
        to=staff_recipients(Matter.MESSAGES),
        headers={"X-Purpose": MESSAGES, MATTER_HEADER: Matter.MESSAGES},
    )


def _text(name: str, **context: object) -> str:
    return render_without_request(f"contact/mail/{name}.txt", context)


def _tab(name: str) -> str:
    path = reverse("admin:contact_contactmessage_changelist")
    return f"{settings.SITE_ORIGIN}{path}?inbox={name}"


def _admin_url(message: ContactMessage) -> str:
    path = reverse("admin:contact_contactmessage_change", args=[message.pk])
    return f"{settings.SITE_ORIGIN}{path}"
