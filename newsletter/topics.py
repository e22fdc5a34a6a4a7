"""What there is to read about: the topics that a company begins with, and what staff make of them."""

from django.conf import settings
from django.db import transaction

from newsletter.models import Topic
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.content import read_topics


@transaction.atomic
def load_topics() -> int:
    """Begin with the topics of `topics.toml`; return how many. Where there are some, none is new."""
    if Topic.objects.exists():
        return 0
    rows = [
        Topic(slug=row["slug"], title=row["title"], description=row["description"], position=place)
        for place, row in enumerate(read_topics(settings.CONTENT_DIR), 1)
    ]
    Topic.objects.bulk_create(rows)
    content_changed()
    return len(rows)


@transaction.atomic
def save_topic(topic: Topic) -> None:
    """Store a topic. The sign-up page offers it from then on, and old pages ask once more."""
    topic.save()
    content_changed()
