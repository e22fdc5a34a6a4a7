"""Mails that were stored, and what became of them."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import Policy
from typing import ClassVar, Self

from django.core.mail import EmailMessage
from django.db import models
from django.db.models import Q
from django.utils import timezone

from sens_site.lib.email_address import as_stored
from sens_site.lib.request_id import MOST, current_id

SERVICE = "service"
NOTICE = "notice"
FAREWELL = "farewell"

MOST_TRIES = 8
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=30)


class StoredMime(Message):
    """A parsed message that is written out in the very bytes it was stored in.

    The stock classes fold headers anew, which would break a signature made over them.
    """

    stored: bytes = b""

    def as_bytes(
        self, unixfrom: bool = False, policy: Policy | None = None, linesep: str = "\r\n"
    ) -> bytes:
        """Return the stored bytes. `linesep` is how Django's transports ask for line ends."""
        if linesep == "\n":
            return self.stored.replace(b"\r\n", b"\n")
        return self.stored


class StoredMail(EmailMessage):
    """A stored mail in the form that every Django transport takes."""

    def __init__(self, *, mime: bytes, sender: str, recipient: str, subject: str) -> None:
        super().__init__(subject=subject, from_email=sender, to=[recipient])
        self._mime = mime

    def message(self, *, policy: Policy | None = None) -> StoredMime:
        """Return what was stored, and nothing made anew. Django 6 passes a policy."""
        parsed = message_from_bytes(self._mime, _class=StoredMime)
        parsed.stored = self._mime
        return parsed


FURTHEST = timedelta(days=1)
"""Nothing is planned further ahead: what is, was written while the clock was ahead."""


def _reached(field: str, at: datetime) -> Q:
    return Q(**{f"{field}__lte": at}) | Q(**{f"{field}__gt": at + FURTHEST})


def _free(at: datetime) -> Q:
    return Q(lease_until__isnull=True) | _reached("lease_until", at)


class OutboxMailQuerySet(models.QuerySet["OutboxMail"]):
    """Reads."""

    def waiting(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(sent_at__isnull=True, parked_at__isnull=True)

    def sent(self) -> Self:
        """Handed to the mail server."""
        return self.filter(sent_at__isnull=False)

    def parked(self) -> Self:
        """Given up after the last try; waits for a person."""
        return self.filter(parked_at__isnull=False)

    def due(self, at: datetime) -> Self:
        """Due by the clock, and in no worker's hand."""
        return (
            self.waiting()
            .filter(_free(at), _reached("due_at", at), attempts__lt=MOST_TRIES)
            .order_by("due_at", "pk")
        )

    def in_no_hand(self, at: datetime) -> Self:
        """Not just being sent by a worker."""
        return self.filter(_free(at))

    def lost(self, at: datetime) -> Self:
        """All tries spent, and the worker of the last one has not come back within its lease."""
        return self.waiting().filter(_free(at), attempts__gte=MOST_TRIES)

    def to_address(self, address: str) -> Self:
        """Addressed to this person, however the address was typed."""
        return self.filter(recipient=as_stored(address))


class OutboxMail(models.Model):
    """One message to one recipient: stored with the data it speaks of, sent later by a worker.

    A message to several people makes one row for each, with the same Message-ID, so that a server
    that refuses one of them neither costs the others their mail nor brings it to them twice.
    `message` holds log-in codes and reset links: it is emptied as soon as the mail is sent.
    """

    message_id = models.CharField("Message-ID", max_length=255)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - NULLs differ
    purpose = models.SlugField(max_length=40, default=SERVICE, db_index=False)
    sender = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320)
    subject = models.TextField()
    message = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField("next try", default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=120, blank=True, default="")
    # Leads from the mail to lines of the log. Emptied when it is sent, so that nobody is tied to them.
    request_id = models.CharField(max_length=MOST, blank=True, default=current_id)

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mails"
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message_id", "recipient"], name="outbox_once"),
            models.UniqueConstraint(fields=["dedupe_key", "recipient"], name="outbox_dedupe"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(parked_at__isnull=True),
                name="outbox_sent_or_parked",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["purpose", "due_at"],
                name="outbox_waiting",
                condition=Q(sent_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(
                fields=["sent_at"], name="outbox_sent", condition=Q(sent_at__isnull=False)
            ),
            models.Index(fields=["recipient"], name="outbox_recipient"),
        ]

    def __str__(self) -> str:
        """Name the mail without naming a person: this ends up in logs."""
        return f"mail {self.pk}"

    @property
    def state(self) -> str:
        """Where the mail is on its way."""
        if self.sent_at:
            return "sent"
        return "parked" if self.parked_at else "waiting"

    def as_message(self) -> StoredMail:
        """Return the mail as a transport takes it."""
        return StoredMail(
            mime=bytes(self.message),
            sender=self.sender,
            recipient=self.recipient,
            subject=self.subject,
        )


class MassMailProgress(models.Model):
    """How far the copies of one message have been written to an audience. Goes when all are."""

    dedupe_key = models.CharField(max_length=200)
    audience = models.CharField(max_length=40)
    reached = models.BigIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dedupe_key", "audience"], name="mass_mail_progress_once"
            )
        ]

    def __str__(self) -> str:
        return f"copies to {self.audience}"


class JobRun(models.Model):
    """When a periodic job last began, when it last came to its end, and since when it has left
    things undone. It is about nobody.
    """  # noqa: D205 - one sentence

    name = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    undone_since = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
