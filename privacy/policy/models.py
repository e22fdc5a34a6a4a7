"""Policies, their drafts, their sealed versions, and what happened to these later.

A draft may change and knows who works on it. A version never changes, and holds no person. Whether a version is posted, in force or superseded
follows from its dates; what no date tells (it was withdrawn, people were told) is an event, which
is only ever added.
"""

import json
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import localize

import privacy.policy.guards  # noqa: F401 - declares what the database keeps as it is
from privacy.policy.addresses import PRIVACY, TERMS, Addresses
from privacy.policy.choices import Kind, State
from privacy.policy.claim_models import OWN, PolicyClaim
from privacy.policy.db_functions import DaysBetween
from privacy.policy.frozen_models import FrozenModel, FrozenQuerySet, SealedError
from privacy.policy.log_models import HeadLogEntry

__all__ = [
    "OWN", "PRIVACY", "TERMS", "FrozenModel", "FrozenQuerySet", "HeadLogEntry", "Kind", "Policy",
    "PolicyAcknowledgement", "PolicyClaim", "PolicyDraft", "PolicyEvent", "PolicyVersion",
    "SealedError", "State",
]  # fmt: skip

NOTICE_DAYS = 30
BODIES = ("source_text", "rendered_html", "claims_json")


class Policy(models.Model):
    """A text that is published in versions: the privacy policy, the terms."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.title

    @property
    def paths(self) -> Addresses:
        """Where this policy is read."""
        return Addresses(self.slug)


class PolicyVersionQuerySet(FrozenQuerySet):
    """Reads of sealed versions. Days are those of `settings.TIME_ZONE`."""

    def of(self, slug: str) -> Self:
        """Versions of one policy, newest first, with the policy."""
        return self.filter(policy__slug=slug).select_related("policy").order_by("-number")

    def not_withdrawn(self) -> Self:
        """Leave out what was withdrawn before it was posted."""
        withdrawals = PolicyEvent.objects.filter(
            version=models.OuterRef("pk"), kind=PolicyEvent.Kind.WITHDRAWN
        )
        return self.filter(~models.Exists(withdrawals))

    def posted(self, slug: str) -> Self:
        """Versions that readers may see, newest first."""
        return self.of(slug).filter(posted_at__lte=timezone.now()).not_withdrawn()

    def defer_bodies(self) -> Self:
        """Leave the texts in the database: a list of them would be megabytes."""
        return self.defer(*BODIES)

    def public(self, slug: str) -> Self:
        """Posted versions without the texts, for lists."""
        return self.posted(slug).defer_bodies()

    def material_news(self) -> Self:
        """Posted material versions that were sealed on this site, newest first, without texts."""
        posted = self.filter(kind=Kind.MATERIAL, imported=False, posted_at__lte=timezone.now())
        ordered = posted.not_withdrawn().select_related("policy").order_by("-number")
        return ordered.defer_bodies()

    def for_page(self, slug: str) -> Self:
        """Posted versions with what their pages say besides: no further query is needed.

        `number_in_force` is that of today; `override_note` the reason for which a version was
        sealed in spite of obstacles.
        """
        notes = PolicyEvent.objects.filter(
            version=models.OuterRef("pk"), kind=PolicyEvent.Kind.OVERRIDDEN
        )
        return self.posted(slug).annotate(
            override_note=models.Subquery(notes.values("note")[:1]),
            number_in_force=models.Subquery(self._numbers_in_force(slug)[:1]),
        )

    def _numbers_in_force(self, slug: str) -> models.QuerySet[Any, Any]:
        today = timezone.localdate()
        effective = PolicyVersion.objects.posted(slug).filter(effective_on__lte=today)
        return effective.order_by("-effective_on", "-number").values_list("number", flat=True)

    def in_force(self, slug: str, on: date | None = None) -> "PolicyVersion | None":
        """The version in force on a day, from that day's midnight on. Today by default.

        By the days, which rise with the numbers: an index leads to it past all later texts.
        """
        on = on or timezone.localdate()
        days = {"posted_on__lte": on, "effective_on__lte": on}
        found = self.posted(slug).filter(**days).order_by("-effective_on", "-number")
        version: PolicyVersion | None = found.first()
        return version

    def in_force_and_upcoming(self, slug: str) -> "list[PolicyVersion]":
        """The version in force today, and after it those that are to come. One query.

        No version takes effect before one with a lower number, so these are the last numbers.
        """
        current = models.Subquery(self._numbers_in_force(slug)[:1])
        return list(self.posted(slug).filter(number__gte=current).order_by("number"))

    def in_force_number(self, slug: str) -> int | None:
        """The number of the version in force today, without its text."""
        number: int | None = self._numbers_in_force(slug).first()
        return number

    def upcoming(self, slug: str) -> Self:
        """Posted versions whose day has not come, the next one first, without texts."""
        later = self.public(slug).filter(effective_on__gt=timezone.localdate())
        return later.order_by("number")


class PolicyVersion(FrozenModel):
    """One sealed version of a policy: what it said, and since when."""

    Kind = Kind

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.TextField("reason for this kind", blank=True)
    summary = models.TextField("summary of changes")
    source_text = models.TextField("text")
    rendered_html = models.TextField()
    renderer = models.CharField(max_length=50)
    # What each mark in the text meant on the day of sealing: id, class, owner, review date.
    # Kept as the text that is hashed: parsing it to check 10,000 versions would take seconds.
    claims_json = models.TextField("claims", default="[]")
    posted_at = models.DateTimeField()
    posted_on = models.DateField()
    effective_on = models.DateField()
    # History from before this site, to which the days of notice do not apply.
    imported = models.BooleanField(default=False)
    # Said where an imported text is not, word for word, what was published on its date.
    origin = models.TextField("where the text comes from", blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["policy", "-number"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["policy", "effective_on", "number"], name="policy_version_by_day")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="policy_version_number_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(effective_on__gte=models.F("posted_on")),
                name="policy_version_posted_first",
            ),
            models.CheckConstraint(
                condition=models.Q(imported=True)
                | ~models.Q(kind=Kind.MATERIAL)
                | models.Q(
                    models.lookups.GreaterThanOrEqual(
                        DaysBetween(models.F("effective_on"), models.F("posted_on")), NOTICE_DAYS
                    )
                ),
                name="policy_version_material_notice",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="policy_version_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} version {self.number}"

    def get_absolute_url(self) -> str:
        """Return where this version stands for ever."""
        return self.policy.paths.version(self.number)

    @property
    def claims(self) -> list[dict[str, Any]]:
        """What each mark in the text meant on the day of sealing."""
        claims: list[dict[str, Any]] = json.loads(self.claims_json)
        return claims

    @property
    def last_updated(self) -> date:
        """The day that page, JSON-LD, Last-Modified, sitemap and feed give as the last update."""
        return self.posted_on

    @property
    def last_modified(self) -> datetime:
        """`last_updated` to the second."""
        return self.posted_at

    @property
    def is_effective(self) -> bool:
        """Tell whether the day on which this version takes effect has come."""
        return self.effective_on <= timezone.localdate()

    def state(self, *, in_force: int | None) -> State:
        """Where this version stands, given the number that is in force today."""
        if self.posted_at > timezone.now():
            return State.SEALED
        if not self.is_effective:
            return State.POSTED
        return State.IN_FORCE if self.number == in_force else State.SUPERSEDED


class PolicyEvent(FrozenModel):
    """What happened to a version after sealing. Only ever added; names no person in clear.

    `actor` is a keyed pseudonym of the member of staff (see `people.pseudonym`): it tells two
    people apart, and points to nobody once the account is gone.
    """

    class Kind(models.TextChoices):
        """What can happen."""

        SEALED = "sealed", "Sealed"
        WITHDRAWN = "withdrawn", "Withdrawn before posting"
        OVERRIDDEN = "overridden", "Sealed in spite of obstacles"
        ANNOUNCED = "announced", "Notices written"

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=32, blank=True)
    note = models.TextField(blank=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "kind"],
                condition=models.Q(kind__in=["sealed", "withdrawn", "announced"]),
                name="policy_event_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {localize(timezone.localtime(self.at))}"


class PolicyDraft(models.Model):
    """A text that staff work on until it is sealed. Kept afterwards, without its author."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MATERIAL)
    reason = models.TextField("reason for this kind", blank=True)
    summary = models.TextField("summary of changes", blank=True)
    source_text = models.TextField("text")
    post_on = models.DateField("posted on", null=True, blank=True)
    effective_on = models.DateField("takes effect on", null=True, blank=True)
    # Who last changed it, and who sealed it: two people, unless the company has but one.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # All who ever changed it, under their pseudonyms: none of them seals it alone.
    authors = models.JSONField(default=list, editable=False)
    # What stood in the way when it was sealed in spite of it, by the keys of the obstacles.
    gaps = models.JSONField(default=list, editable=False)
    review_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    sealed_as = models.OneToOneField(
        PolicyVersion,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="draft",
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["-changed_at"]
        permissions = [
            ("seal_policydraft", "Can seal and publish a policy"),
            ("override_policydraft", "Can seal a policy in spite of obstacles, with a reason"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.policy}"

    @property
    def state(self) -> str:
        """Where the draft stands, in words for staff."""
        if self.is_sealed:
            return "Sealed"
        return "Waiting for a second person" if self.review_asked_at else "Being written"

    @property
    def is_sealed(self) -> bool:
        """Tell whether the draft has become a version."""
        return self.sealed_as_id is not None

    def earliest_effective_on(self, posted_on: date) -> date:
        """The first day on which this may take effect when it is posted on a day."""
        notice = NOTICE_DAYS if self.kind == Kind.MATERIAL else 0
        return posted_on + timedelta(days=notice)


class PolicyAcknowledgement(models.Model):
    """Somebody has seen the line about a change. It goes with the account."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "version"], name="policy_acknowledged_once")
        ]

    def __str__(self) -> str:
        return f"{self.version} read at {localize(timezone.localtime(self.at))}"
