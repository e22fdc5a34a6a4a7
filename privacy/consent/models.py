"""What staff have switched on, what was offered when, and the proof of what was allowed.

No row of this part holds an address, a browser's name or a URL, and one table alone knows accounts:
what the person behind one refuses. A receipt is found by its own number, which only the visitor's
browser holds.
"""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from privacy.consent.refusals import Standing, sentences_of, standings_in
from privacy.datamap.periods import Period
from privacy.policy.models import FrozenModel, FrozenQuerySet

CHOICE_DAYS = 182
"""How long a choice counts. After that the visitor is asked again."""
KEPT = Period(years=3)
"""How long a receipt is kept after the consent has ended: as long as somebody may ask for it."""
SHOWN_BEFORE = 10
"""How many receipts before the newest one its page shows."""
EARLIEST_DAYS = CHOICE_DAYS + 3
"""By how many days before its `keep_until` a receipt may be over: all days of the choice, when it
ended at once, two because three years are not always as many days, and one for time zones."""


class TransferGround(models.TextChoices):
    """On what a firm outside the EEA receives something, beside the yes of the visitor."""

    CONSENT = "consent", "The visitor’s explicit consent alone (Article 49(1)(a) GDPR)"
    CLAUSES = "clauses", "Standard contractual clauses as well (Article 46(2)(c) GDPR)"
    ADEQUACY = "adequacy", "An adequacy decision as well (Article 45 GDPR)"


SAFEGUARDS = {
    TransferGround.CLAUSES: "Standard contractual clauses.",
    TransferGround.ADEQUACY: "An adequacy decision of the European Commission.",
}
"""In the words of the public record."""


class ServiceSwitch(models.Model):
    """The account number by which staff switch a service on, and what the law asks before that."""

    key = models.SlugField("service", unique=True)
    identifier = models.CharField("ID", max_length=100, blank=True)
    agreement_signed_on = models.DateField("agreement signed on", null=True, blank=True)
    agreement_name = models.CharField(max_length=200, blank=True, editable=False)
    # In the database, so that it is backed up and restored with what it allows.
    agreement = models.BinaryField(null=True, blank=True)
    transfer = models.CharField(
        "ground of the transfer", max_length=10, choices=TransferGround.choices, blank=True
    )
    decided_by = models.CharField("who decided", max_length=100, blank=True)

    class Meta:
        verbose_name = "third-party service"

    def __str__(self) -> str:
        return self.key


class GroupVersion(FrozenModel):
    """What one group offered from some moment on, word by word."""

    group = models.SlugField(max_length=32)
    version = models.CharField(max_length=16)
    material = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        verbose_name = "version of a consent group"
        verbose_name_plural = "versions of consent groups"

    def __str__(self) -> str:
        return f"{self.group} {self.version}"


class EditorialNote(FrozenModel):
    """A member of staff has said that two versions of a group differ in wording alone."""

    group = models.SlugField(max_length=32)
    earlier = models.CharField(max_length=16)
    later = models.CharField(max_length=16)
    reason = models.TextField()
    actor = models.CharField(max_length=32)
    at = models.DateTimeField(default=timezone.now)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["group", "earlier", "later"], name="editorial_note_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.earlier} reads as {self.later}"


class NoticeSnapshot(FrozenModel):
    """The very notice and choices that a visitor was shown, named by its content."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.TextField()

    objects = FrozenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest[:12]


class ReceiptQuerySet(FrozenQuerySet):
    """Reads of receipts."""

    def unsealed(self) -> Self:
        """Receipts that are not in the chain yet, in the order in which they enter it."""
        seals = ReceiptSeal.objects.filter(receipt_id=models.OuterRef("pk"))
        return self.filter(~models.Exists(seals)).order_by("at", "pk")

    def before(self, receipt: "ConsentReceipt") -> "list[ConsentReceipt]":
        """The receipts that one has replaced, directly or by way of others, newest first."""
        line: list[ConsentReceipt] = []
        while receipt.replaces and len(line) < SHOWN_BEFORE:
            earlier = self.filter(pk=receipt.replaces).first()
            if earlier is None:
                break
            line.append(earlier)
            receipt = earlier
        return line


class ConsentReceipt(FrozenModel):
    """One act of consent, or of taking it back, in the fields of ISO/IEC TS 27560.

    `document` is the receipt itself, canonical JSON; the columns repeat what is looked up by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    keep_until = models.DateField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    replaces = models.UUIDField(null=True, editable=False)
    notice = models.ForeignKey(NoticeSnapshot, on_delete=models.PROTECT, related_name="receipts")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="receipt_at"),
            models.Index(fields=["keep_until"], name="receipt_keep_until"),
            models.Index(fields=["replaces"], name="receipt_replaces"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReceiptSeal(FrozenModel):
    """One link of the chain over all receipts. Holds digests only and is kept for ever."""

    number = models.PositiveBigIntegerField(primary_key=True)
    receipt_id = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    keep_until = models.DateField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"Seal {self.number}"


class DailyChoiceQuerySet(models.QuerySet["DailyChoice"]):
    """Reads of the counts."""

    def between(self, first: date, last: date) -> dict[str, int]:
        """Return how often each outcome came in some days, both of them included."""
        rows = self.filter(day__gte=first, day__lte=last).order_by("outcome")
        return dict(rows.values_list("outcome").annotate(models.Sum("count")))


class DailyChoice(models.Model):
    """How many visitors chose what on one day. Those who refuse leave nothing else behind."""

    class Outcome(models.TextChoices):
        """What a choice came to."""

        ALL = "all", "Everything allowed"
        SOME = "some", "Something allowed"
        NOTHING = "nothing", "Nothing allowed"
        WITHDRAWN = "withdrawn", "Consent taken back"

    day = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    count = models.PositiveIntegerField(default=0)

    objects = DailyChoiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-day", "outcome"]
        verbose_name = "count of choices"
        verbose_name_plural = "counts of choices"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "outcome"], name="daily_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome}"


class PersonalRefusals(models.Model):
    """What the person behind an account refuses, in this browser or in another.

    `groups` holds a `Standing` for each group about which something was said.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refusals", editable=False
    )
    groups = models.JSONField("cookie groups", default=dict)
    sale_objected_at = models.DateTimeField("objected to sale and sharing", null=True)
    newsletter_refused_at = models.DateTimeField("refused the newsletter", null=True)

    def __str__(self) -> str:
        return f"refusals {self.pk}"

    @property
    def standings(self) -> dict[str, Standing]:
        """How the account stands to each group."""
        return standings_in(self.groups)

    @property
    def sentences(self) -> list[str]:
        """What was refused, as the person reads it."""
        return sentences_of(self.groups)
