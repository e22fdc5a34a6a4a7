"""The firms that hold something for us: what each is for, where, on what agreement.

A company fills this in with its own vendors. An agreement without a date needs a reason, which is
shown instead (policy: vendors.agreements).
"""

from dataclasses import dataclass
from datetime import date

from privacy.datamap.terms import Recipient


@dataclass(frozen=True, slots=True)
class Vendor:
    """One firm, by the part it plays."""

    key: str
    title: str
    recipient: Recipient
    country: str
    safeguard: str
    agreed_on: date | None = None
    exception: str = ""


VENDORS = (
    Vendor(
        key="hosting",
        title="Hosting provider",
        recipient=Recipient.SERVICE_PROVIDERS,
        country="United States",
        safeguard="Encrypted disks and backups; access by named staff only.",
        exception="To be named by the company when it deploys the site.",
    ),
    Vendor(
        key="mail",
        title="E-mail provider",
        recipient=Recipient.SERVICE_PROVIDERS,
        country="United States",
        safeguard="Mail is handed over encrypted; its text is blanked here once sent.",
        exception="To be named by the company when it deploys the site.",
    ),
    Vendor(
        key="analytics",
        title="Website analytics vendor",
        recipient=Recipient.ANALYTICS_VENDORS,
        country="United States",
        safeguard="Loaded only after consent; no name, address or account is passed on.",
        exception="None is switched on.",
    ),
    Vendor(
        key="advertising",
        title="Advertising vendor",
        recipient=Recipient.MARKETING_VENDORS,
        country="United States",
        safeguard="Loaded only after consent; no name, address or account is passed on.",
        exception="None is switched on.",
    ),
)
BY_KEY = {vendor.key: vendor for vendor in VENDORS}
