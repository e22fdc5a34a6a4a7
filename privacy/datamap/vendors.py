"""The firms that hold or carry something for us: who, for what, where, on what ground.

The company writes its own into `vendors.toml`; those whose services of the cookie catalogue are
switched on are told by a source that a higher room registers. A firm is on record when all is
filled in; what is missing is said in so many words, as a stand-in would pass for a fact.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from privacy.datamap.terms import Recipient, Transfer
from sens_site.lib.content import ContentError, read_vendors

RECEIVES = {
    "service providers": Recipient.SERVICE_PROVIDERS,
    "analytics vendors": Recipient.ANALYTICS_VENDORS,
    "marketing vendors": Recipient.MARKETING_VENDORS,
}
NOT_ON_RECORD = "None on record."
NOBODY = "Nobody is on record."
NONE_SWITCHED_ON = "None is switched on."
CONSENTED = "Loaded only after consent; no name, address or account is passed on."


@dataclass(frozen=True, slots=True)
class Vendor:
    """A part, and the firm that plays it. Without a firm nobody does.

    `hosts` are the names under which the configuration knows the firm: servers, or packages that
    send something there. An agreement without a date needs a reason (policy: vendors.agreements).
    """

    key: str
    part: str
    recipient: Recipient
    firm: str = ""
    country: str = ""
    safeguard: str = ""
    agreed_on: date | None = None
    exception: str = ""
    hosts: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """The part with the firm, where there is one."""
        return f"{self.firm}: {self.part}" if self.firm else self.part

    @property
    def agreement(self) -> str:
        """The date of the agreement, or why there is none."""
        return self.agreed_on.isoformat() if self.agreed_on else self.exception or NOT_ON_RECORD


@dataclass(frozen=True, slots=True)
class Engaged:
    """A service of a firm that runs on our pages today, once a visitor allows it."""

    firm: str
    does: str
    country: str
    recipient: Recipient | None = None
    agreement: str = ""
    safeguard: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """One line of the public record. Without a `country` nobody plays the part."""

    name: str
    does: str
    country: str = ""
    ground: Transfer | None = None
    safeguard: str = ""
    agreement: str = ""
    nobody: str = NOBODY


Source = Callable[[], Iterable[Engaged]]
_sources: list[Source] = []


def register_engaged(source: Source) -> Source:
    """Add something that knows which firms' services run on our pages today."""
    _sources.append(source)
    return source


def engaged() -> tuple[Engaged, ...]:
    """Return what runs on our pages today, once a visitor allows it."""
    return tuple(one for source in _sources for one in source())


def vendors_of(folder: Path) -> tuple[Vendor, ...]:
    """Read `vendors.toml` of a company. Raises ContentError for an entry that cannot be read."""
    rows = read_vendors(folder)
    try:
        return tuple(_vendor(**row) for row in rows)
    except (KeyError, TypeError) as error:
        raise ContentError(f"vendors.toml has an entry that cannot be read: {error}.") from None


def _vendor(*, key: str, part: str, receives: str, **more: Any) -> Vendor:
    hosts = tuple(more.pop("hosts", ()))
    return Vendor(key, part, RECEIVES[receives], **more, hosts=hosts)


VENDORS = vendors_of(settings.CONTENT_DIR)
BY_KEY = {vendor.key: vendor for vendor in VENDORS}


def vendor_of(firm: str) -> Vendor | None:
    """Return what is on record of a firm."""
    return next((vendor for vendor in VENDORS if vendor.firm == firm), None)


def firms() -> list[Firm]:
    """Return who works for us today, and which parts nobody plays."""
    return [*_firms_of_parts(), *map(_switched_on, engaged())]


def _firms_of_parts() -> Iterator[Firm]:
    on = {one.recipient for one in engaged()}
    firms_on = {one.firm for one in engaged()}
    for vendor in VENDORS:
        asked_for = vendor.recipient.transfer is Transfer.CONSENT
        if vendor.firm in firms_on or (not vendor.firm and vendor.recipient in on):
            continue
        if not vendor.firm or asked_for:
            nobody = NONE_SWITCHED_ON if asked_for else NOBODY
            yield Firm(vendor.firm, vendor.part, nobody=nobody)
            continue
        yield Firm(
            vendor.firm,
            vendor.part,
            country=vendor.country,
            ground=vendor.recipient.transfer,
            safeguard=vendor.safeguard,
            agreement=vendor.agreement,
        )


def _switched_on(one: Engaged) -> Firm:
    vendor = vendor_of(one.firm)
    guarded = f"{one.safeguard} {CONSENTED}".strip()
    return Firm(
        one.firm,
        one.does,
        country=one.country,
        ground=Transfer.CONSENT,
        safeguard=vendor.safeguard if vendor and vendor.safeguard else guarded,
        agreement=one.agreement or (vendor.agreement if vendor else NOT_ON_RECORD),
    )
