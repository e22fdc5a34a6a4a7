"""What the newsletter stores: who reads it, and what is written to them."""

from newsletter.models.issues import Check, Issue
from newsletter.models.readers import (
    Subscriber,
    SubscriberQuerySet,
    Subscription,
    Suppression,
    Topic,
    Wording,
)

__all__ = [
    "Check",
    "Issue",
    "Subscriber",
    "SubscriberQuerySet",
    "Subscription",
    "Suppression",
    "Topic",
    "Wording",
]
