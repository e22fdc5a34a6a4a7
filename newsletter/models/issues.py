"""What is written to the readers."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from newsletter.models.readers import Subscriber, Topic


class Issue(models.Model):
    """One issue of the newsletter."""

    class State(models.TextChoices):
        """How far an issue has come."""

        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        SENDING = "sending", "Being sent"
        PAUSED = "paused", "Paused"
        STOPPED = "stopped", "Stopped"
        SENT = "sent", "Sent"

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=150)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    topics = models.ManyToManyField(Topic, related_name="issues")
    scheduled_at = models.DateTimeField("scheduled", null=True, blank=True)
    sent_at = models.DateTimeField("sent", null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class IssueDelivery(models.Model):
    """That an issue was stored for sending to a reader: once, however often the sender runs."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issue", "subscriber"], name="newsletter_issue_once_a_reader"
            )
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"
