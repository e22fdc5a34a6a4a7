"""The firms that hold something for us: what each is for, where, on what agreement.

Who they are only the company knows, and writes into its `vendors.toml`. The makers of services that
staff have switched on come from the room that offers these to visitors, which registers here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings

from sens_site.lib.content import read_vendors


@dataclass(frozen=True, slots=True)
class Vendor:
    """One firm, by the part it plays. What is empty has not been filled in."""

    key: str
    title: str
    name: str = ""
    country: str = ""
    safeguard: str = ""
    agreed_on: date | None = None
    exception: str = ""
    """Why there is no agreement."""

    @property
    def has_agreement(self) -> bool:
        """Tell whether its agreement has a day, or the lack of one a reason (claim 120)."""
        return bool(self.agreed_on or self.exception.strip())

    @property
    def is_filled_in(self) -> bool:
        """Tell whether all is known that the public record says of a firm."""
        return bool(self.name and self.country and self.safeguard and self.has_agreement)


def _from_file() -> Iterator[Vendor]:
    for row in read_vendors(settings.CONTENT_DIR):
        agreement = row["agreement"]
        dated = isinstance(agreement, date)
        yield Vendor(
            key=row["key"],
            title=row["title"],
            name=row["name"],
            country=row["country"],
            safeguard=row["safeguard"],
            agreed_on=agreement if dated else None,
            exception="" if dated else agreement,
        )


VENDORS = (
    *_from_file(),
    Vendor(key="analytics", title="Website analytics vendor"),
    Vendor(key="advertising", title="Advertising vendor"),
)
"""Whom the desk may have to tell of a request."""
BY_KEY = {vendor.key: vendor for vendor in VENDORS}

Makers = Callable[[], Iterable[Vendor]]
_makers: dict[str, Makers] = {}


def register_makers(name: str, makers: Makers) -> None:
    """Have the record name those whose services are switched on at the time."""
    _makers[name] = makers


def vendors_on_record() -> list[Vendor]:
    """Return the firms that get something now, as far as they are filled in.

    A maker of a service that is switched on is named even where nobody has filled in its agreement:
    what is passed on is public at once.
    """
    from_file = [vendor for vendor in VENDORS if vendor.is_filled_in]
    known = {vendor.name: vendor for vendor in from_file}
    made = [maker for makers in _makers.values() for maker in makers() if maker.name not in known]
    return [*from_file, *_each_once(made)]


def _each_once(vendors: Iterable[Vendor]) -> Iterator[Vendor]:
    """One line for each firm, with all that it does for us."""
    merged: dict[str, Vendor] = {}
    for vendor in vendors:
        known = merged.get(vendor.name)
        both = f"{known.title}; {vendor.title}" if known else vendor.title
        merged[vendor.name] = replace(vendor, title=both)
    yield from merged.values()
