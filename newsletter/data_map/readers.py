"""What is held about readers: an address, what it reads, and how that was agreed to."""

from typing import Any

from django.db.models import Q

from newsletter.models import Subscriber
from newsletter.models.readers import UNCONFIRMED
from newsletter.suppression import NEWSLETTER, hashes_of, suppress
from newsletter.unsubscribing import Why
from privacy.datamap.columns import not_personal, personal, secret
from privacy.datamap.registry import Keep, classify, not_about_people
from privacy.datamap.stores import PROMOTION
from privacy.datamap.subjects import ByAddress, ByRule, Subject
from privacy.datamap.terms import Category, OnErase

ROW = not_personal("number of the row")
DELIVERY = not_personal("state of the delivery")
UNTIL_UNSUBSCRIBED = Keep("retention.newsletter", said="until you unsubscribe")


def erase_subscribers(subject: Subject, rows: Any) -> int:
    """Delete subscriptions, and leave a keyed hash of each address that had the newsletter."""
    keys = list(rows.values_list("pk", flat=True))
    found = Subscriber.objects.filter(pk__in=keys)
    for address in found.confirmed().values_list("email", flat=True):
        suppress(address, purpose=NEWSLETTER, why=Why.ERASED)
    found.delete()
    return len(keys)


def suppressions_of(subject: Subject) -> Q | None:
    """Select the hashes of a person's addresses."""
    found = Q(address_hash__in=[h for address in subject.addresses for h in hashes_of(address)])
    for address, until in sorted(subject.former):
        found |= Q(address_hash__in=hashes_of(address), at__lte=until)
    if subject.before is not None:
        found &= Q(at__lte=subject.before)
    return found


classify(
    "newsletter.Subscriber",
    "Newsletter subscription",
    activity=PROMOTION,
    subject=ByAddress("email", "created_at"),
    keep=(
        UNTIL_UNSUBSCRIBED,
        Keep(
            "newsletter.unconfirmed",
            UNCONFIRMED,
            after="created_at",
            rows=lambda rows: rows.exclude(state=Subscriber.State.CONFIRMED),
        ),
    ),
    erase=erase_subscribers,
    ground="a keyed hash of the address stays, so that we do not write again",
    fields={
        "id": ROW,
        "email": personal(Category.CONTACT),
        "state": personal(Category.MARKETING),
        "key": secret(Category.MARKETING),
        "source": personal(Category.MARKETING),
        "created_at": personal(Category.MARKETING),
        "written_at": personal(Category.MARKETING),
        "reminded_at": personal(Category.MARKETING),
        "code_tries": DELIVERY,
        "confirmed_at": personal(Category.MARKETING),
        "confirmed_by": personal(Category.MARKETING),
        "wording": personal(Category.MARKETING),
        "policy_version": personal(Category.MARKETING),
        "proof": personal(Category.MARKETING),
        "soft_bounces": DELIVERY,
        "soft_bounces_since": DELIVERY,
        "bounced_at": DELIVERY,
        "parked_at": DELIVERY,
        "parked_because": DELIVERY,
    },
)
classify(
    "newsletter.Subscription",
    "Topics of your newsletter",
    activity=PROMOTION,
    subject=ByAddress("subscriber__email", "subscriber__created_at"),
    keep=UNTIL_UNSUBSCRIBED,
    fields={
        "id": ROW,
        "subscriber": personal(Category.MARKETING),
        "topic": personal(Category.MARKETING),
        "since": personal(Category.MARKETING),
    },
)
classify(
    "newsletter.Suppression",
    "That we do not write to you again",
    activity=PROMOTION,
    subject=ByRule(suppressions_of),
    keep=Keep("retention.newsletter", said="only a keyed hash of your address"),
    on_erase=OnErase.KEEP,
    ground="so that we do not write again",
    fields={
        "id": ROW,
        "purpose": personal(Category.MARKETING),
        "address_hash": secret(Category.MARKETING),
        "at": personal(Category.MARKETING),
        "why": personal(Category.MARKETING),
    },
)
not_about_people(
    "newsletter.Topic",
    "a subject of the newsletter",
    "id", "slug", "title", "description", "position", "active",
)  # fmt: skip
not_about_people("newsletter.Wording", "what was shown to everybody", "digest", "text")
