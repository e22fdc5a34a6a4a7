"""Readers and issues of the newsletter."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from newsletter.models import Check, Issue, Subscriber, Topic


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.get_or_create(slug="starting", defaults={"title": "Engine starting"})[0]


@pytest.fixture
def reader(topic: Topic) -> Callable[..., Subscriber]:
    """Make a confirmed reader of a topic."""

    def make(email: str = "ann@example.com", **fields: Any) -> Subscriber:
        topics = fields.pop("topics", [topic])
        confirmed = {"state": "confirmed", "confirmed_at": timezone.now(), "confirmed_by": "link"}
        made = Subscriber.objects.create(**{"email": email, **confirmed, **fields})
        made.topics.set(topics)
        return made

    return make


@pytest.fixture
def issue(topic: Topic) -> Issue:
    """A draft that lacks nothing."""
    made = Issue.objects.create(
        title="Spring", slug="spring", summary="What is new.", body="Read [more](/about/).",
        checklist=list(Check.values),
    )  # fmt: skip
    made.topics.set([topic])
    return made
