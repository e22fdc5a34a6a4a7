"""What the newsletter stores: who reads it, and what is written to them."""

from newsletter.models.issues import Issue, IssueDelivery
from newsletter.models.readers import (
    Subscriber,
    SubscriberQuerySet,
    Subscription,
    Suppression,
    Topic,
    Wording,
)

__all__ = [
    "Issue",
    "IssueDelivery",
    "Subscriber",
    "SubscriberQuerySet",
    "Subscription",
    "Suppression",
    "Topic",
    "Wording",
]
