"""How a reader leaves: by one press, for all or for a topic, and at once, for queued mail, too.

What stays is a keyed hash, so that nothing is written again. It stands under the newsletter's
purpose alone: other mails to the address go on.
"""

from typing import Any

from django.db import transaction

from newsletter.models import Subscriber, Suppression, Topic
from newsletter.suppression import NEWSLETTER, SIGN_UP, suppress
from outbox.services import withdraw_mail
from privacy.consent.personal_services import ends_newsletter
from privacy.datamap.subjects import Subject, proven_addresses_of

Why = Suppression.Why


@transaction.atomic
def end_subscription(reader: Subscriber, *, why: Suppression.Why = Why.UNSUBSCRIBED) -> bool:
    """Delete a reader, leave the hash, and take back what waits to be sent.

    Returns whether there was anybody: of two presses at once, one acts.
    """
    row = Subscriber.objects.select_for_update().filter(pk=reader.pk).first()
    if row is None:
        return False
    if row.state == Subscriber.State.CONFIRMED:
        suppress(row.email, purpose=NEWSLETTER, why=why)
    for purpose in (NEWSLETTER, SIGN_UP):
        withdraw_mail(purpose=purpose, recipient=row.email)
    row.delete()
    return True


@transaction.atomic
def stop_topic(reader: Subscriber, topic: Topic) -> bool:
    """End one topic. Whoever ends the last one ends the newsletter; returns whether that is so."""
    row = Subscriber.objects.select_for_update().filter(pk=reader.pk).first()
    if row is None:
        return False
    row.subscriptions.filter(topic=topic).delete()
    return not row.subscriptions.exists() and end_subscription(row)


@transaction.atomic
def refuse_questions(reader: Subscriber) -> None:
    """Delete a sign-up of which the owner of the address knows nothing, and never ask again."""
    suppress(reader.email, purpose=SIGN_UP, why=Why.REFUSED)
    end_subscription(reader)


@ends_newsletter
def end_subscriptions_of(person: Any) -> None:
    """End the newsletter at every confirmed address of an account whose owner refuses it."""
    for reader in Subscriber.objects.filter(email__in=proven_addresses_of(person)):
        end_subscription(reader, why=Why.REFUSED)


def reads_newsletter(subject: Subject) -> bool:
    """Tell whether an address that is known to be somebody's is signed up."""
    return Subscriber.objects.filter(email__in=subject.addresses).exists()


@transaction.atomic
def stop_newsletter(subject: Subject) -> None:
    """End it for somebody who objects to marketing, whether or not they have an account.

    Only what the owner confirms anew can begin it again: no list that a colleague brings does.
    """
    for reader in Subscriber.objects.filter(email__in=subject.addresses):
        end_subscription(reader, why=Why.REFUSED)
    for address in subject.addresses:
        suppress(address, purpose=NEWSLETTER, why=Why.REFUSED)
