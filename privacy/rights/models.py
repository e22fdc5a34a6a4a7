"""Requests of people about their own information, and what happened to each.

Two layers. The outline (kind, dates, outcome) proves that requests are answered; the words (name,
address, text, reasons) go 12 months after closing, and at once when the person is erased. Events
are only ever added: the database refuses to change them, and to delete them before 36 months.
"""

import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import localize

from privacy.datamap.subjects import Subject, subject_with_address
from privacy.policy.frozen_models import FrozenModel, FrozenQuerySet
from privacy.rights.choices import CLOSING, NEEDS_NO_PROOF, Channel, Did, Ground, Kind, Proof
from privacy.rights.deadlines import Deadline, days_left, deadline_for, is_late
from sens_site.lib.email_field import CanonicalEmailField

NAME_MAX = 100
EMAIL_MAX = 254
TEXT_MAX = 5000
POSTAL_MAX = 400
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Return a name that can be read out on the telephone and tells nothing."""
    return "R-" + "".join(secrets.choice(SIGNS) for _ in range(8))


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def held(self) -> Self:
        """Set aside by a program; a person has to look."""
        return self.open().filter(is_held=True)

    def waiting(self) -> Self:
        """Open and not held, least time left first."""
        return self.open().filter(is_held=False).order_by("due_on", "received_at", "pk")


class SubjectRequest(models.Model):
    """One request of one person."""

    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices, editable=False)
    received_at = models.DateTimeField("received", default=timezone.now, editable=False)
    name = models.CharField(max_length=NAME_MAX, blank=True)
    email = CanonicalEmailField("email", max_length=EMAIL_MAX, blank=True)
    postal_address = models.TextField(max_length=POSTAL_MAX, blank=True)
    text = models.TextField(max_length=TEXT_MAX, blank=True)
    wants_contact = models.BooleanField("wants to be contacted", default=False, editable=False)
    # A keyed hash of what was typed: a form that is sent twice is one request.
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    is_held = models.BooleanField("held", default=False, editable=False)
    # Both follow from the events and are kept for sorting.
    due_on = models.DateField("due", editable=False)
    closed_at = models.DateTimeField("closed", null=True, blank=True, editable=False)
    restricted_at = models.DateTimeField("restricted since", null=True, blank=True, editable=False)
    # Keyed pseudonyms of members of staff, as in the events.
    handler = models.CharField(max_length=32, blank=True, editable=False)
    answering = models.CharField(max_length=32, blank=True, editable=False)
    answering_since = models.DateTimeField(null=True, blank=True, editable=False)
    remind_on = models.DateField("reminder", null=True, blank=True, editable=False)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "privacy request"
        verbose_name_plural = "privacy requests"
        ordering: ClassVar[list[str]] = ["due_on", "received_at", "pk"]
        permissions = (("answer_subjectrequest", "Can answer privacy requests"),)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="subject_request_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(closed_at=None) & ~Q(fingerprint=""),
                name="subject_request_sent_twice_is_one",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["closed_at", "due_on"], name="subject_request_queue"),
        ]

    def __str__(self) -> str:
        """Name the request without naming the person: this ends up in the admin's log."""
        return f"Request {self.reference}"

    def did(self, *kinds: Did) -> "list[RequestEvent]":
        return [event for event in self.events.all() if event.did in kinds]

    @property
    def deadline(self) -> Deadline:
        zone = timezone.get_default_timezone()
        extended = bool(self.did(Did.EXTENDED))
        return deadline_for(self.received_at, zone, extended=extended)

    @property
    def days_left(self) -> int:
        return days_left(self.deadline, timezone.localdate())

    @property
    def is_late(self) -> bool:
        return self.is_open and is_late(self.deadline, timezone.localdate())

    @property
    def is_open(self) -> bool:
        return not self.did(*CLOSING)

    @property
    def proof(self) -> "RequestEvent | None":
        proofs = self.did(Did.IDENTITY_PROVED)
        return proofs[-1] if proofs else None

    @property
    def is_carried_out(self) -> bool:
        """Whether the person has been erased; open all the same as long as a vendor has not."""
        return bool(self.did(Did.ERASED))

    @property
    def may_act(self) -> bool:
        """Whether what is asked may be done: it was shown who asks, or the kind needs no proof."""
        return self.proof is not None or self.kind in NEEDS_NO_PROOF

    @property
    def state(self) -> str:
        closing = self.did(*CLOSING)
        if closing:
            return closing[-1].get_did_display()
        if self.is_held:
            return "Held as suspected spam"
        if self.is_carried_out:
            return "Erased; a vendor has not confirmed yet"
        if not self.may_act:
            return "Waiting for you to confirm your address"
        return "In work"

    @property
    def subject(self) -> Subject:
        """The person, as far as they have proven who they are."""
        return subject_with_address(self.email)


class RequestEvent(models.Model):
    """One thing that happened to a request. Only ever added."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="events")
    did = models.CharField(max_length=16, choices=Did.choices)
    at = models.DateTimeField(default=timezone.now)
    # A keyed pseudonym of the member of staff; empty for the person and the software.
    actor = models.CharField(max_length=32, blank=True)
    proof = models.CharField(max_length=10, choices=Proof.choices, blank=True)
    ground = models.CharField(max_length=10, choices=Ground.choices, blank=True)
    # Short facts that name nobody: a vendor, a stage, a date.
    fact = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(did=Did.REFUSED) | ~Q(ground=""), name="refusal_has_ground"
            ),
            models.CheckConstraint(
                condition=~Q(did=Did.FEE_QUOTED)
                | Q(ground__in=["unfounded", "repetitive", "excessive"]),
                name="fee_has_ground",
            ),
            models.CheckConstraint(
                condition=~Q(did=Did.IDENTITY_PROVED) | ~Q(proof=""), name="proof_has_method"
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(did__in=[one.value for one in CLOSING]),
                name="request_closed_once",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(did=Did.EXTENDED), name="request_extended_once"
            ),
            models.UniqueConstraint(
                fields=["request", "fact"], condition=Q(did=Did.ALARM), name="request_alarm_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_did_display()} ({localize(timezone.localtime(self.at))})"


class RequestSeal(FrozenModel):
    """One night's link of the chain over all events. Holds digests only and is kept for ever."""

    number = models.PositiveBigIntegerField(primary_key=True)
    sealed_on = models.DateField(unique=True)
    salt = models.CharField(max_length=32)
    content = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"Seal {self.number}"


class RequestNote(models.Model):
    """The words that belong to an event: a reason, an answer. They go before the event does."""

    event = models.OneToOneField(RequestEvent, on_delete=models.CASCADE, related_name="note")
    text = models.TextField(max_length=TEXT_MAX)

    def __str__(self) -> str:
        return f"note {self.pk}"


class MailedLink(models.Model):
    """A link that was mailed: what it is good for, until when, and whether it was used.

    Only the hash of its token is stored. It acts on POST: opening it changes nothing.
    """

    class Purpose(models.TextChoices):
        IDENTITY = "identity", "Show who is asking"
        EXPORT = "export", "Fetch the copy"

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link {self.pk}"

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


class ExportFile(models.Model):
    """A copy of somebody's information that waits in private storage to be fetched."""

    LIFE: ClassVar = timedelta(hours=72)
    FETCHES: ClassVar = 3

    request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="export")
    file_name = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    fetches = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"export {self.pk}"

    def is_there(self, now: datetime) -> bool:
        return self.fetches < self.FETCHES and now < self.expires_at


class RequestScan(models.Model):
    """The scan of a letter, as a file in private storage. What it is, its first bytes say."""

    request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="scan")
    file_name = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"scan {self.pk}"


class InternalNote(models.Model):
    """What staff note for each other. It is never mailed; who asks for a copy gets it."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    author = models.CharField(max_length=32)
    text = models.TextField(max_length=TEXT_MAX)

    def __str__(self) -> str:
        return f"internal note {self.pk}"


class OutsideSystem(models.Model):
    """A system that is no part of the site and holds people: looked up for each request."""

    name = models.CharField(max_length=60, unique=True)
    what_to_do = models.TextField("what to do there", max_length=TEXT_MAX, blank=True)
    is_used = models.BooleanField("in use", default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        verbose_name = "system outside the site"
        verbose_name_plural = "systems outside the site"

    def __str__(self) -> str:
        return self.name


class SystemCheck(models.Model):
    """That a system outside the site was looked up for a request, and what was done there."""

    request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="system_checks"
    )
    # By its name: the list of systems may change, what was looked up does not.
    system = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    evidence = models.TextField(max_length=TEXT_MAX, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "system"], name="system_check_once"),
        ]

    def __str__(self) -> str:
        return self.system


class VendorTask(models.Model):
    """Something that a vendor has to do for a request, until when, and the evidence that it did."""

    request = models.ForeignKey(
        SubjectRequest, on_delete=models.CASCADE, related_name="vendor_tasks"
    )
    vendor = models.CharField(max_length=60)
    due_on = models.DateField("due")
    done_at = models.DateTimeField("done", null=True, blank=True)
    evidence = models.TextField(blank=True, max_length=TEXT_MAX)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_on", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "vendor"], name="vendor_task_once"),
        ]

    def __str__(self) -> str:
        return self.vendor
