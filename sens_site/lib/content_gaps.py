"""What a company has still to fill in: the site does without it, `check --deploy` does not."""

from collections.abc import Iterable, Mapping
from typing import Any

from sens_site.lib import departments as of_departments
from sens_site.lib.content import COMPANY_FILE, LATER, Company

FACTS = {
    "country": ("country",),
    "safeguard": ("safeguard",),
    "agreement": ("agreed_on", "exception"),
}
"""What is asked of a firm beside its name, and the keys that may say it."""
ALWAYS_PLAYED = "service providers"
"""Somebody runs the servers and carries the mail of every site, if only the company itself."""


def not_filled_in(company: Company, vendors: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the company has still to fill in, each with the place where it belongs."""
    found = [
        f"{what}: {name} in {COMPANY_FILE}"
        for name, what in LATER.items()
        if not getattr(company, name)
    ]
    found += [f"{gap} in {COMPANY_FILE}" for gap in of_departments.gaps_of(company.departments)]
    for vendor in vendors:
        if not vendor["firm"] and vendor["receives"] != ALWAYS_PLAYED:
            continue
        empty = [name for name, keys in FACTS.items() if not any(map(vendor.get, keys))]
        empty = empty if vendor["firm"] else ["firm", *empty]
        if empty:
            found.append(f"{vendor['part']}: {', '.join(empty)} in vendors.toml")
    return [one[0].upper() + one[1:] for one in found]
