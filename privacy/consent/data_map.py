"""What consent holds: receipts that name nobody, what accounts refuse, and the catalogue."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from privacy.consent.models import (
    KEPT,
    SAFEGUARDS,
    ConsentReceipt,
    ReceiptSeal,
    ServiceSwitch,
    TransferGround,
)
from privacy.consent.offer.current import current_offer
from privacy.consent.offer.parts import ANALYTICS, MARKETING
from privacy.consent.refusals import sentences_of
from privacy.datamap.columns import not_personal, personal
from privacy.datamap.registry import Keep, classify, not_about_people
from privacy.datamap.stores import CONSENT
from privacy.datamap.subjects import ByRule, ByUser, Subject
from privacy.datamap.terms import Category, OnErase, Recipient
from privacy.datamap.vendors import Engaged, register_engaged

KINDS = {ANALYTICS: Recipient.ANALYTICS_VENDORS, MARKETING: Recipient.MARKETING_VENDORS}


@register_engaged
def switched_on() -> Iterator[Engaged]:
    """Yield the services of other firms that run today, for who allows their group."""
    running = [(o.key, s) for o in current_offer().groups for s in o.services if s.identifier]
    if not running:
        return
    rows = {row.key: row for row in ServiceSwitch.objects.defer("agreement")}
    for group, service in running:
        row = rows.get(service.key, ServiceSwitch())
        signed_on = row.agreement_signed_on
        yield Engaged(
            service.recipient,
            f"{service.name}: {service.purpose}",
            service.country,
            KINDS.get(group),
            agreement=signed_on.isoformat() if signed_on else "",
            safeguard=SAFEGUARDS.get(TransferGround(row.transfer), "") if row.transfer else "",
        )


def _by_its_number_only(subject: Subject) -> None:
    """Tell that a receipt cannot be found from a person: only their browser knows its number."""


def sealed(rows: QuerySet[ConsentReceipt]) -> QuerySet[ConsentReceipt]:
    """Return the receipts of which the chain holds a seal: it proves afterwards that they were."""
    return rows.filter(Exists(ReceiptSeal.objects.filter(receipt_id=OuterRef("pk"))))


def replaced(rows: QuerySet[ConsentReceipt]) -> QuerySet[ConsentReceipt]:
    """Say when the visitor decided anew: a consent ends then, whatever time it had left."""
    followers = ConsentReceipt.objects.filter(replaces=OuterRef("pk")).order_by("at")
    return sealed(rows).alias(replaced_at=Subquery(followers.values("at")[:1]))


classify(
    "consent.ConsentReceipt",
    "Consent receipts",
    activity=CONSENT,
    subject=ByRule(_by_its_number_only),
    # A receipt outside the chain stays until it is sealed. First those that another receipt has
    # ended: when that one goes, nothing tells any more that it did.
    keep=(
        Keep(
            "retention.consent-receipts",
            KEPT,
            since="the consent ends",
            after="replaced_at",
            rows=replaced,
        ),
        Keep(
            "retention.consent-receipts",
            KEPT,
            since="the consent ends",
            until="keep_until",
            rows=sealed,
        ),
    ),
    on_erase=OnErase.KEEP,
    ground="They prove the consent, and name nobody.",
    fields={
        "id": personal(Category.CONSENT, "held by the visitor's browser alone"),
        "at": personal(Category.CONSENT),
        "keep_until": personal(Category.CONSENT),
        "document": personal(Category.CONSENT),
        "digest": not_personal("digest of the receipt"),
        "replaces": personal(Category.CONSENT),
        "notice": not_personal("what was shown to everybody"),
    },
)
classify(
    "consent.PersonalRefusals",
    "What you have refused, on every device",
    activity=CONSENT,
    subject=ByUser(),
    keep=Keep("retention.account", said="while you keep it"),
    words={"groups": lambda groups: " ".join(sentences_of(groups))},
    fields={
        "id": not_personal("number of the row"),
        "user": personal(Category.ACCOUNT),
        "groups": personal(Category.CONSENT),
        "sale_objected_at": personal(Category.CONSENT),
        "newsletter_refused_at": personal(Category.CONSENT, activity="promotional-mail"),
    },
)
not_about_people(
    "consent.ReceiptSeal",
    "digests that prove that no receipt was altered",
    "number", "receipt_id", "digest", "keep_until", "previous_hash", "hash",
)  # fmt: skip
not_about_people("consent.NoticeSnapshot", "what was shown to everybody", "digest", "content")
not_about_people(
    "consent.ServiceSwitch",
    "our account number at a vendor, and our agreement with it",
    "id", "key", "identifier", "agreement_signed_on", "agreement_name", "agreement", "transfer",
    "decided_by",
)  # fmt: skip
not_about_people(
    "consent.GroupVersion", "what a group offered", "id", "group", "version", "material", "at"
)
not_about_people(
    "consent.EditorialNote",
    "a judgement about two texts; who made it is a keyed pseudonym",
    "id", "group", "earlier", "later", "reason", "actor", "at",
)  # fmt: skip
not_about_people("consent.DailyChoice", "counts by day", "id", "day", "outcome", "count")

not_about_people(
    "cookie_consent.CookieGroup",
    "the catalogue of cookies, not who accepted them",
    "id", "varname", "name", "description", "is_required", "is_deletable", "ordering", "created",
)  # fmt: skip
not_about_people(
    "cookie_consent.Cookie",
    "the catalogue of cookies, not who accepted them",
    "id", "cookiegroup", "name", "description", "path", "domain", "created",
)  # fmt: skip
not_about_people(
    "cookie_consent.LogItem",
    "switched off; it would hold a choice without anybody's name",
    "id", "action", "cookiegroup", "version", "created",
)  # fmt: skip
