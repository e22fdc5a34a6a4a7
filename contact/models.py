"""Messages that people have written to the company through the site."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.text import capfirst

from contact.departments import DETAIL_MAX, WEBMASTER, label_of
from contact.order_models import OrderState  # noqa: F401 - Django looks for models here
from contact.photo_models import MessagePhoto  # noqa: F401 - the same
from privacy.datamap.registry import entries
from privacy.datamap.rows import rows_of
from privacy.datamap.subjects import Subject
from sens_site.lib.departments import LONGEST_TOPIC
from sens_site.lib.email_field import CanonicalEmailField

NAME_MAX = 100
EMAIL_MAX = 254
PHONE_MAX = 40
MESSAGE_MAX = 5000
REPLY_MAX = 10_000
RECEIVED_MAX = 50_000
REFERENCE_LENGTH = 10
# 32 signs that nobody confuses on the telephone: no I, O, 0 or 1.
REFERENCE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Return 50 random bits as a name that a person can read out and nobody can guess."""
    return "".join(secrets.choice(REFERENCE_SIGNS) for _ in range(REFERENCE_LENGTH))


def today() -> date:
    """Return the day in the company's time zone."""
    return timezone.localdate()


DETAILS = ("company", "order_number", "model", "serial_number", "site")
"""The fields of a message that only forms of departments have."""
LATE_AFTER = timedelta(days=5)
"""After how long an unanswered message raises an alarm: our own choice, far within the 30 days
that a privacy request among them would have."""


class State(models.TextChoices):
    """What has become of a message."""

    WAITING = "waiting", "Waiting"
    ANSWERED = "answered", "Answered"
    SPAM = "spam", "Spam"


class Quarantine(models.TextChoices):
    """Why a program, and not yet a person, took a message for spam."""

    NONE = "", "Not held"
    HONEYPOT = "honeypot", "The trap field was filled in"
    LIMIT = "limit", "Far more messages than usual came in"
    LINKS = "links", "It holds many links"


class ContactMessageQuerySet(models.QuerySet["ContactMessage"]):
    """Reads over the inbox."""

    def waiting(self) -> "ContactMessageQuerySet":
        """Return what a person has to answer. A double is answered with the message it doubles."""
        return self.filter(state=State.WAITING, duplicate_of=None)

    def late(self) -> "ContactMessageQuerySet":
        """Return what has waited too long."""
        return self.waiting().filter(received_at__lte=timezone.now() - LATE_AFTER)

    def to_remember(self) -> "ContactMessageQuerySet":
        """Return those of which somebody wanted to be reminded by now."""
        return self.filter(remind_on__lte=today())

    def of(self, subject: Subject) -> "ContactMessageQuerySet":
        """Return what a person has written from addresses that they have confirmed, newest first."""
        entry = entries()["contact.ContactMessage"]
        return self.filter(pk__in=rows_of(entry, subject).values("pk")).order_by(
            "-received_at", "pk"
        )

    def answered(self) -> "ContactMessageQuerySet":
        """Return what is done."""
        return self.filter(state=State.ANSWERED)

    def held(self) -> "ContactMessageQuerySet":
        """Return what a program set aside and a person should look at."""
        return self.exclude(quarantined_because=Quarantine.NONE)

    def unannounced(self) -> "ContactMessageQuerySet":
        """Return the held messages of which the webmaster has not been told yet."""
        return self.held().filter(announced_at=None)

    def delivered_since(self, moment: datetime) -> "ContactMessageQuerySet":
        """Return what came in after `moment` and went to the webmaster."""
        return self.filter(received_at__gt=moment, quarantined_because=Quarantine.NONE)

    def acknowledged_since(self, email: str, moment: datetime) -> "ContactMessageQuerySet":
        """Return the messages from an address that we have acknowledged after `moment`."""
        return self.filter(email=email, acknowledged_at__gt=moment)


class ContactMessage(models.Model):
    """One message. Holds what its sender typed, and neither address nor browser of the machine."""

    reference = models.CharField(
        max_length=REFERENCE_LENGTH, unique=True, default=new_reference, editable=False
    )
    # Which department; not from a list, as each company has its own (contact/departments.py).
    topic = models.CharField("department", max_length=LONGEST_TOPIC, default=WEBMASTER)
    name = models.CharField(max_length=NAME_MAX)
    email = CanonicalEmailField("email", max_length=EMAIL_MAX)
    phone = models.CharField(max_length=PHONE_MAX, blank=True)
    message = models.TextField(max_length=MESSAGE_MAX)
    # What forms of departments ask besides.
    company = models.CharField(max_length=DETAIL_MAX, blank=True)
    order_number = models.CharField(max_length=DETAIL_MAX, blank=True)
    model = models.CharField(max_length=DETAIL_MAX, blank=True)
    serial_number = models.CharField(max_length=DETAIL_MAX, blank=True)
    site = models.CharField("site or vessel", max_length=DETAIL_MAX, blank=True)
    wants_contact = models.BooleanField("wants to be contacted", default=False)
    received_at = models.DateTimeField("received", default=timezone.now, db_index=True)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    quarantined_because = models.CharField(
        "held because", max_length=10, choices=Quarantine, blank=True, default=Quarantine.NONE
    )
    announced_at = models.DateTimeField("staff told", null=True, blank=True)
    acknowledged_at = models.DateTimeField("sender told", null=True, blank=True)
    answered_at = models.DateTimeField("answered", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answer_note = models.TextField("note", blank=True, max_length=MESSAGE_MAX)

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    remind_on = models.DateField("reminder", null=True, blank=True)
    alarmed_at = models.DateTimeField("alarm raised", null=True, blank=True)
    # A lock for the eyes alone: it keeps nobody from anything, and ends by itself.
    being_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    being_answered_until = models.DateTimeField(null=True, blank=True)
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="doubles"
    )

    # A keyed hash of what was typed. With the day it makes a form that is sent twice one message.
    fingerprint = models.CharField(max_length=64, editable=False)
    fingerprint_day = models.DateField(default=today, editable=False)

    objects = ContactMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        ordering = ("received_at", "pk")
        permissions = [("export_contactmessage", "Can export messages")]
        indexes = [models.Index(fields=["email"], name="contact_by_email")]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "fingerprint_day"], name="contact_sent_twice_is_one"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(email="") & ~Q(message=""),
                name="contact_has_sender_and_text",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("message"), MESSAGE_MAX),
                name="contact_message_length",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="contact_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(quarantined_because=Quarantine.NONE)
                | Q(quarantined_because__in=Quarantine.values, state=State.SPAM),
                name="contact_held_is_spam",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ANSWERED, answered_at__isnull=False)
                | (~Q(state=State.ANSWERED) & Q(answered_at=None, answered_by=None)),
                name="contact_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        """Name the message without naming its sender: this goes into the admin's log."""
        return f"Message {self.reference}"

    @property
    def department(self) -> str:
        """Whom it is for, as people call them."""
        return label_of(self.topic)

    @property
    def details(self) -> dict[str, str]:
        """What was filled in of the fields that only departments ask for, by what people call it."""
        column: Any = self._meta.get_field
        filled = {name: said for name in DETAILS if (said := getattr(self, name))}
        return {capfirst(str(column(name).verbose_name)): said for name, said in filled.items()}

    @property
    def is_held(self) -> bool:
        """Whether a program set it aside and nobody has looked at it yet."""
        return self.quarantined_because != Quarantine.NONE

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer of its own."""
        return self.state == State.WAITING and self.duplicate_of_id is None

    @property
    def may_be_written_to(self) -> bool:
        """Whether its sender may be written to: who did not ask for it is not (form.contact-me-choice)."""
        return self.wants_contact and self.state != State.SPAM and self.duplicate_of_id is None

    @property
    def being_answered(self) -> bool:
        """Whether somebody has said that they are answering, and the time for it is not over."""
        until = self.being_answered_until
        return (
            self.being_answered_by_id is not None and until is not None and until > timezone.now()
        )


class MessageReply(models.Model):
    """One mail of the conversation after the message: ours, the sender's, or a machine's."""

    class Kind(models.TextChoices):
        """Whose words they are."""

        SENT = "sent", "Our reply"
        RECEIVED = "received", "Came back"
        AUTOMATIC = "automatic", "Came back from a machine"

    message = models.ForeignKey(ContactMessage, on_delete=models.CASCADE, related_name="replies")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    text = models.TextField(max_length=RECEIVED_MAX)
    # By which mails name each other (RFC 5322); one that comes twice is one.
    header_id = models.CharField("Message-ID", max_length=255, unique=True)

    class Meta:
        verbose_name = "reply"
        verbose_name_plural = "replies"
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["sent", "received", "automatic"]),
                name="contact_reply_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"Reply {self.pk}"


class MessageNote(models.Model):
    """What colleagues tell each other about a message. Its sender never sees it."""

    message = models.ForeignKey(ContactMessage, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    text = models.TextField(max_length=MESSAGE_MAX)

    class Meta:
        verbose_name = "note"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"Note {self.pk}"


class ReplyDraft(models.Model):
    """The reply that is being written: one for each message, whoever writes it."""

    message = models.OneToOneField(ContactMessage, on_delete=models.CASCADE, related_name="draft")
    text = models.TextField(max_length=REPLY_MAX)
    edited_at = models.DateTimeField(default=timezone.now)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = "draft of a reply"
        verbose_name_plural = "drafts of replies"

    def __str__(self) -> str:
        return f"Draft {self.pk}"


class CannedAnswer(models.Model):
    """An answer that is needed often. What differs each time stands in brackets."""

    title = models.CharField(max_length=100, unique=True)
    text = models.TextField(max_length=MESSAGE_MAX)

    class Meta:
        verbose_name = "canned answer"
        ordering = ("title",)

    def __str__(self) -> str:
        """Name the answer without its words: this stands in the session until it is read (law 10)."""
        return f"Canned answer {self.pk}"
