"""To whom nothing is written: addresses that unsubscribed, known by a keyed hash for each purpose.

The hash cannot be read as an address. A row of one purpose says nothing about any other: who ends
the newsletter still gets the mail that sets a password.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from newsletter.models import Suppression
from privacy.consent.models import PersonalRefusals
from privacy.datamap.holds import held_subjects
from privacy.datamap.subjects import identity, keyed_hash, keyed_hashes
from sens_site.lib.email_address import as_stored

NEWSLETTER = Suppression.Purpose.NEWSLETTER
SIGN_UP = Suppression.Purpose.SIGN_UP
_KIND = "newsletter.suppression"
_AT_ONCE = 400
"""How many hashes go into one statement."""


def hashes_of(address: str) -> frozenset[str]:
    """Return the hash of an address under the present key and under each former one."""
    return keyed_hashes(_KIND, as_stored(address))


@transaction.atomic
def suppress(
    address: str, *, purpose: Suppression.Purpose, why: Suppression.Why
) -> Suppression | None:
    """Remember that nothing of a purpose goes to an address; None where that is known."""
    if is_suppressed(address, purpose=purpose):
        return None
    row, _ = Suppression.objects.get_or_create(
        purpose=purpose,
        address_hash=keyed_hash(_KIND, as_stored(address)),
        defaults={"why": why, "at": timezone.now()},
    )
    return row


@transaction.atomic
def lift_suppression(address: str, *, purpose: Suppression.Purpose) -> None:
    """Forget it: the owner of the address has asked for such mails again, and proved it."""
    Suppression.objects.filter(purpose=purpose, address_hash__in=hashes_of(address)).delete()


def is_suppressed(address: str, *, purpose: Suppression.Purpose) -> bool:
    """Tell whether nothing of a purpose is written to an address."""
    rows = Suppression.objects.filter(purpose=purpose, address_hash__in=hashes_of(address))
    return rows.exists()


def suppressed_among(addresses: Iterable[str], *, purpose: Suppression.Purpose) -> set[str]:
    """Return those addresses to which nothing of a purpose is written."""
    owner = {one: address for address in addresses for one in hashes_of(address)}
    hashes, found = list(owner), set[str]()
    for start in range(0, len(hashes), _AT_ONCE):
        rows = Suppression.objects.filter(
            purpose=purpose, address_hash__in=hashes[start : start + _AT_ONCE]
        )
        found |= {owner[one] for one in rows.values_list("address_hash", flat=True)}
    return found


def refused_among(addresses: Iterable[str]) -> set[str]:
    """Return those addresses whose accounts refuse the newsletter, whoever enters them."""
    owners = identity().keys_by_address(addresses)
    rows = PersonalRefusals.objects.filter(user_id__in=set(owners.values()))
    refusing = set(rows.exclude(newsletter_refused_at=None).values_list("user_id", flat=True))
    return {address for address, owner in owners.items() if owner in refusing}


def held_addresses() -> frozenset[str]:
    """Return the addresses of people whose data may be stored and not used (GDPR Article 18)."""
    return frozenset(name for subject in held_subjects() for name in subject.names)


def mailable(addresses: Iterable[str]) -> list[str]:
    """Return those addresses to which an issue may go at this moment, in their order.

    Takes a batch of some hundreds at a time.
    """
    asked = [as_stored(address) for address in addresses]
    barred = suppressed_among(asked, purpose=NEWSLETTER) | refused_among(asked) | held_addresses()
    return [address for address in asked if address not in barred]


def may_be_mailed(address: str) -> bool:
    """Tell whether an issue may go to an address at this moment."""
    return bool(mailable([address]))


def may_be_asked(address: str) -> bool:
    """Tell whether the owner of an address lets us ask whether they want the newsletter."""
    return not (is_suppressed(address, purpose=SIGN_UP) or refused_among([address]))
