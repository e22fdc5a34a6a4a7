"""Who an export, an erasure or a search is about, and how a row is found to be theirs.

Nothing here knows a room: the room that owns accounts registers how a person is identified.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Model, Q
from django.utils.crypto import salted_hmac

from sens_site.lib.email_address import as_stored

LEDGER_SALT = "privacy.datamap.ledger"


def keyed_hash(kind: str, value: str | bytes, *, secret: str | None = None) -> str:
    """Return a hash that means nothing without the site's key."""
    return salted_hmac(
        f"{LEDGER_SALT}.{kind}", value, secret=secret, algorithm="sha256"
    ).hexdigest()


def keyed_hashes(kind: str, value: str | bytes) -> frozenset[str]:
    """Return the hash under the present key and under each former one."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return frozenset(keyed_hash(kind, value, secret=key) for key in keys)


def account_mark(user: Any) -> str:
    """Return what tells an account from all others, also from a later one with its number."""
    return f"{user.pk}:{user.date_joined.isoformat()}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One person: an account, verified addresses, or both.

    `claimed` addresses were typed into the account and never verified. They may be a stranger's,
    so only mail that we wrote to them on behalf of the account is found by them.
    `former` addresses were verified once and given up at a moment: what came later under them may
    be somebody else's, to whom the mailbox went.
    `before` narrows what is found by address to rows that existed at a moment, so that replaying
    an old erasure leaves alone what the same person has sent since.
    """

    user_id: int | None = None
    username: str = ""
    name: str = ""
    account_mark: str = ""
    addresses: frozenset[str] = field(default_factory=frozenset)
    claimed: frozenset[str] = field(default_factory=frozenset)
    former: frozenset[tuple[str, datetime]] = field(default_factory=frozenset)
    is_staff: bool = False
    before: datetime | None = None

    @property
    def reference(self) -> str:
        """A name for this account that is not one: for logs, and for what staff leave behind."""
        return keyed_hash("reference", self.account_mark or "|".join(sorted(self.addresses)))[:12]

    def as_of(self, moment: datetime) -> "Subject":
        """Return the same person, narrowed to what existed at `moment`."""
        return replace(self, before=moment)

    def with_addresses(self, addresses: Iterable[str]) -> "Subject":
        """Return the same person, known by more proven addresses."""
        return replace(self, addresses=self.addresses | {as_stored(a) for a in addresses})

    @property
    def names(self) -> frozenset[str]:
        """All addresses by which a text can name the person."""
        return self.addresses | self.claimed | {address for address, _ in self.former}


def by_address(*addresses: str) -> Subject:
    """Return a person of whom nothing is known but proven addresses."""
    return Subject(addresses=frozenset(as_stored(address) for address in addresses))


class Path(Protocol):
    """How a row leads to its person."""

    @property
    def lookups(self) -> tuple[str, ...]:
        """The field paths that must exist on the model."""
        ...

    def condition(self, subject: Subject) -> Q | None:
        """Return what selects the person's rows, or None where the person has none."""
        ...


@dataclass(frozen=True, slots=True)
class ByUser:
    """The row points to the account, directly or over other rows."""

    path: str = "user"

    @property
    def lookups(self) -> tuple[str, ...]:
        return (self.path,)

    def condition(self, subject: Subject) -> Q | None:
        return None if subject.user_id is None else Q(**{self.path: subject.user_id})


@dataclass(frozen=True, slots=True)
class ByAddress:
    """The row holds the e-mail address. `created` tells since when the row exists."""

    field: str
    created: str
    claimed: bool = False

    @property
    def lookups(self) -> tuple[str, ...]:
        return (self.field, self.created)

    def condition(self, subject: Subject) -> Q | None:
        addresses = subject.addresses | (subject.claimed if self.claimed else frozenset())
        if not addresses and not subject.former:
            return None
        # Stored and asked for in the one spelling: compared exactly, in both databases alike.
        found = Q(**{f"{self.field}__in": sorted(addresses)})
        for address, until in sorted(subject.former):
            found |= Q(**{self.field: address, f"{self.created}__lte": until})
        if subject.before is not None:
            found &= Q(**{f"{self.created}__lte": subject.before})
        return found


@dataclass(frozen=True, slots=True)
class ByRule:
    """Any other way, written by the room that knows it."""

    rule: Callable[[Subject], Q | None]
    lookups: tuple[str, ...] = ()

    def condition(self, subject: Subject) -> Q | None:
        return self.rule(subject)


@dataclass(frozen=True, slots=True)
class Identity:
    """How the room of the accounts tells who is who."""

    of_user: Callable[[Any], Subject]
    proven_addresses: Callable[[Any], frozenset[str]]
    """The addresses that an account has verified, where no more of the person is needed."""
    by_address: Callable[[str], Model | None]
    keys_by_address: Callable[[Iterable[str]], Mapping[str, int]]
    """The accounts that have verified some addresses, by these: one question for many."""
    all_users: Callable[[], Iterable[Any]]


_identity: list[Identity] = []


def register_identity(identity: Identity) -> None:
    """Say how people with an account are identified. Called once, by the room of the accounts."""
    _identity[:] = [identity]


def identity() -> Identity:
    return _identity[0]


def subject_of(user: Any) -> Subject:
    return identity().of_user(user)


def proven_addresses_of(user: Any) -> frozenset[str]:
    return identity().proven_addresses(user)


def subject_with_address(address: str) -> Subject:
    """Return the person who proved this address: with their account, if it has one."""
    user = identity().by_address(address)
    if user is None:
        return by_address(address)
    return subject_of(user).with_addresses([address])
