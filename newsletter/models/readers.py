"""Who reads the newsletter, about what, by which proof, and to whom nobody writes any more."""

import secrets
from collections.abc import Iterable, Iterator
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from privacy.datamap.periods import Period
from sens_site.lib.email_field import CanonicalEmailField

UNCONFIRMED = Period(days=7)
"""How long a sign-up waits for its confirmation (newsletter.unconfirmed)."""
KEY_LENGTH = 32


def new_key() -> str:
    """Return 128 random bits: what links name a reader by. They open nothing without a signature."""
    return secrets.token_hex(KEY_LENGTH // 2)


class TopicQuerySet(models.QuerySet["Topic"]):
    """Reads of the topics."""

    def with_readers(self) -> "TopicQuerySet":
        """Say how many confirmed readers each has."""
        confirmed = Q(subscribers__state="confirmed")
        return self.annotate(readers=models.Count("subscribers", filter=confirmed))


class Topic(models.Model):
    """What somebody may want to read about."""

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField("offered", default=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Wording(models.Model):
    """The words above the button of a sign-up, named by their content."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.digest[:12]


ADDRESSES_A_PAGE = 2000


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Reads of the readers."""

    def confirmed(self) -> "SubscriberQuerySet":
        """Return those who have proved that the address is theirs and that they want it."""
        return self.filter(state=Subscriber.State.CONFIRMED)

    def pending(self) -> "SubscriberQuerySet":
        """Return the sign-ups that wait for their confirmation."""
        return self.filter(state=Subscriber.State.PENDING)

    def audience(self, topics: Iterable[Topic]) -> "SubscriberQuerySet":
        """Return to whom an issue on some topics goes: confirmed, and not parked.

        A suppressed address has no row here, and a hash can be compared by no query: ask
        `suppression.mailable` for each batch, which knows the accounts that refuse, too.
        """
        reading = Subscription.objects.filter(topic__in=list(topics)).values("subscriber")
        return self.confirmed().filter(parked_at=None, pk__in=reading)

    def addresses_after(self, number: int) -> Iterator[tuple[int, str]]:
        """Yield number and address of each confirmed reader with a greater number.

        By pages: whoever writes meanwhile must not do so beside an open cursor.
        """
        rows = self.confirmed().filter(parked_at=None).order_by("pk").values_list("pk", "email")
        while page := list(rows.filter(pk__gt=number)[:ADDRESSES_A_PAGE]):
            yield from page
            number = page[-1][0]


class Subscriber(models.Model):
    """One address that is signed up. It goes when its reader unsubscribes."""

    class State(models.TextChoices):
        """How far a sign-up has come."""

        PENDING = "pending", "Waits for confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        HELD = "held", "Held: the trap field was filled in"

    class Source(models.TextChoices):
        """Where an address came from."""

        PAGE = "page", "The sign-up page"
        ACCOUNT = "account", "The account of its reader"
        IMPORT = "import", "An import, with a proof"

    class Means(models.TextChoices):
        """What has proved that the address is the reader's."""

        NONE = "", "Nothing yet"
        LINK = "link", "The button behind the mailed link"
        CODE = "code", "The mailed code"
        ACCOUNT = "account", "The confirmed address of an account"
        IMPORT = "import", "A proof that came with the import"

    class Parked(models.TextChoices):
        """Why nothing is sent to a confirmed address for now."""

        NO = "", "Not parked"
        HARD_BOUNCE = "hard-bounce", "Its mail server knows no such mailbox"
        SOFT_BOUNCES = "soft-bounces", "Its mail server refused too often"

    email = CanonicalEmailField("email", unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    source = models.CharField(max_length=10, choices=Source, default=Source.PAGE)
    topics: models.ManyToManyField[Topic, "Subscription"] = models.ManyToManyField(
        Topic, through="Subscription", related_name="subscribers"
    )

    created_at = models.DateTimeField("signed up", default=timezone.now, db_index=True)
    written_at = models.DateTimeField("last written to about the sign-up", null=True, blank=True)
    reminded_at = models.DateTimeField("reminded", null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField("wrong codes", default=0)

    # The proof: when, by what, and which words were shown.
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)
    confirmed_by = models.CharField(max_length=10, choices=Means, blank=True, default=Means.NONE)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="+", null=True)
    policy_version = models.PositiveIntegerField("version of the policy", null=True, blank=True)
    proof = models.TextField("proof that came with an import", blank=True)

    soft_bounces = models.PositiveSmallIntegerField(default=0)
    soft_bounces_since = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField("last bounce", null=True, blank=True)
    parked_at = models.DateTimeField("parked", null=True, blank=True)
    parked_because = models.CharField(max_length=20, choices=Parked, blank=True, default=Parked.NO)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "confirmed", "held"]),
                name="newsletter_state_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(state="confirmed", confirmed_at__isnull=False) & ~Q(confirmed_by=""))
                | (~Q(state="confirmed") & Q(confirmed_at=None, confirmed_by="")),
                name="newsletter_confirmed_has_proof",
            ),
            models.CheckConstraint(
                condition=Q(parked_at=None, parked_because="")
                | (Q(parked_at__isnull=False) & ~Q(parked_because="")),
                name="newsletter_parked_has_reason",
            ),
        ]

    def __str__(self) -> str:
        """Name the reader without the address: this goes into the admin's log."""
        return f"Subscriber {self.pk}"

    @property
    def masked_email(self) -> str:
        """The address as its owner knows it and others to whom an issue was forwarded do not."""
        local, _, domain = self.email.partition("@")
        return f"{local[0]}…@{domain}"


class Subscription(models.Model):
    """One reader and one topic."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="subscriptions")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscriber", "topic"], name="newsletter_subscription_once"
            )
        ]

    def __str__(self) -> str:
        return f"Subscription {self.pk}"


class Suppression(models.Model):
    """An address to which nothing of one purpose is written any more, as a keyed hash."""

    class Purpose(models.TextChoices):
        """Which mails. A password mail is none of them."""

        NEWSLETTER = "newsletter", "Issues of the newsletter"
        SIGN_UP = "newsletter-sign-up", "Questions whether somebody wants the newsletter"

    class Why(models.TextChoices):
        """What was the reason."""

        UNSUBSCRIBED = "unsubscribed", "The reader unsubscribed"
        ERASED = "erased", "The reader's data was erased"
        REFUSED = "refused", "The owner of the address wants no such mail"
        COMPLAINT = "complaint", "The reader called it spam"
        BOUNCED = "bounced", "There is no such mailbox"

    purpose = models.CharField(max_length=20, choices=Purpose)
    address_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    why = models.CharField(max_length=15, choices=Why)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["purpose", "address_hash"], name="newsletter_suppression_once"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["newsletter", "newsletter-sign-up"]),
                name="newsletter_suppression_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"Suppression {self.pk}"
