"""Breaks of what readers get, and of how long a sign-up waits: others change it, or jobs."""

from typing import Any

from django.utils import timezone

from newsletter.models import Subscriber, Subscription, Topic
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _everybody_reads(topic: Topic) -> None:
    Subscription.objects.bulk_create(
        [Subscription(subscriber=one, topic=topic) for one in Subscriber.objects.confirmed()],
        ignore_conflicts=True,
    )


@breaks("newsletter.preferences")
def a_new_topic_that_everybody_reads(hand: Hand) -> None:
    def saving(old: Any, topic: Topic) -> None:
        is_new = topic.pk is None
        old(topic)
        if is_new:
            _everybody_reads(topic)

    hand.wrap("newsletter.reader_admin.save_topic", saving)


@breaks("newsletter.preferences")
def readers_of_a_topic_that_is_offered_no_more(hand: Hand) -> None:
    def saving(old: Any, topic: Topic) -> None:
        old(topic)
        if not topic.active:
            topic.subscriptions.all().delete()

    hand.wrap("newsletter.reader_admin.save_topic", saving)


@breaks("newsletter.preferences")
def reminders_that_lead_all_to_all_topics(hand: Hand) -> None:
    def remind(old: Any) -> Any:
        for topic in Topic.objects.all():
            _everybody_reads(topic)
        return old()

    hand.wrap("newsletter.subscribing.remind", remind)


@breaks("newsletter.preferences")
def topics_that_whoever_types_an_address_chooses(hand: Hand) -> None:
    def sign_up(old: Any, asked: Any, **how: Any) -> Any:
        for reader in Subscriber.objects.confirmed().filter(email=asked.email):
            reader.topics.set(asked.topics)
        return old(asked, **how)

    hand.wrap("newsletter.subscribing.sign_up", sign_up)


@breaks("newsletter.unconfirmed", in_sql=True)
def a_reminder_from_which_the_days_begin_anew(hand: Hand) -> None:
    def remind(old: Any) -> Any:
        waiting = list(Subscriber.objects.pending().filter(reminded_at=None))
        done = old()
        for reader in waiting:
            Subscriber.objects.filter(pk=reader.pk).update(created_at=timezone.now())
        return done

    hand.wrap("newsletter.subscribing.remind", remind)


@breaks("newsletter.unconfirmed", in_sql=True)
def a_sign_up_that_is_as_young_as_its_last_mail(hand: Hand) -> None:
    def reminding(old: Any, reader: Subscriber) -> Any:
        Subscriber.objects.filter(pk=reader.pk).update(created_at=timezone.now())
        return old(reader)

    hand.wrap("newsletter.mails.reminder_mail", reminding)
