"""What is written to the readers. Of who got which issue nothing is kept beside the outbox's own log."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from newsletter.models.readers import Topic


class Check(models.TextChoices):
    """What a person has looked at before an issue is sent (newsletter.scope)."""

    READERS = "readers", "It is written for the readers that the privacy policy names."
    PRACTICAL = "practical", "It brings practical content that helps them in their work."
    FACTS = "facts", "Names, numbers and dates in it are right."
    LINKS = "links", "Each of its links was opened."


class IssueQuerySet(models.QuerySet["Issue"]):
    """Reads."""

    def public(self) -> "IssueQuerySet":
        """Return what stands in the archive, the newest first: each since its first mail was written."""
        return self.exclude(started_at=None).order_by("-started_at", "-pk")

    def due(self) -> "IssueQuerySet":
        """Return what is to be begun now."""
        return self.filter(state=Issue.State.SCHEDULED, scheduled_at__lte=timezone.now())

    def under_way(self) -> "IssueQuerySet":
        """Return what is being sent."""
        return self.filter(state=Issue.State.SENDING)


class Issue(models.Model):
    """One issue of the newsletter. Its text is fixed as soon as its first mail is written."""

    class State(models.TextChoices):
        """How far an issue has come."""

        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        SENDING = "sending", "Being sent"
        PAUSED = "paused", "Paused"
        STOPPED = "stopped", "Stopped"
        SENT = "sent", "Sent"

    title = models.CharField(
        max_length=150,
        validators=[RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", "The title is one line of text.")],
        help_text="The subject of the mail, and the heading in the archive.",
    )
    slug = models.SlugField(
        "address",
        max_length=80,
        unique=True,
        help_text="The last part of its address in the archive, which stays for ever.",
    )
    summary = models.CharField(
        max_length=300, help_text="One or two sentences, for the list of issues and for the feed."
    )
    body = models.TextField("text")
    topics = models.ManyToManyField(Topic, related_name="issues", blank=True)
    checklist = models.JSONField(default=list, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    scheduled_at = models.DateTimeField("scheduled for", null=True, blank=True)
    started_at = models.DateTimeField("first mail written", null=True, blank=True)
    finished_at = models.DateTimeField("last mail sent", null=True, blank=True)
    findings = models.JSONField("what the check of its mail found", null=True, blank=True)
    refused_because = models.TextField("refused because", blank=True)

    reached = models.BigIntegerField("number of the last reader written to", default=0)
    queued = models.PositiveIntegerField("mails written", default=0)
    sent = models.PositiveIntegerField("mails sent", default=0)
    came_back = models.PositiveIntegerField("mails that nobody took", default=0)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-started_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="draft", started_at=None, scheduled_at=None)
                | Q(state="scheduled", started_at=None, scheduled_at__isnull=False)
                | Q(
                    state__in=["sending", "paused", "stopped", "sent"],
                    started_at__isnull=False,
                    findings__isnull=False,
                ),
                name="newsletter_issue_state_fits",
            ),
        ]

    def __str__(self) -> str:
        """Name the issue without its words: this stands in the session until it is read (law 10)."""
        return f"Issue {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("newsletter:issue", args=[self.slug])

    @property
    def dedupe_key(self) -> str:
        """Name its mails in the outbox, where each reader has one of a name."""
        return f"newsletter-issue-{self.pk}"

    @property
    def is_begun(self) -> bool:
        """Tell whether readers may have it."""
        return self.started_at is not None

    @property
    def taken_back(self) -> int:
        """Return how many mails never left, once none waits any more: their readers were gone."""
        return max(0, self.queued - self.sent - self.came_back) if self.finished_at else 0
