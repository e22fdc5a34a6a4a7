"""Plays the third parties of the catalogue, so that nothing leaves this machine.

An honest one stores what its services declare and tells its makers all that a tag can read of the
page: the address, the page before, and what the loader handed over. A rogue one stores and asks for
more, which an audit has to find.
"""

import json
from collections.abc import Iterator

from privacy.consent.offer.building import Offer
from privacy.consent.offer.parts import COOKIE, STORAGE, Service
from privacy.consent.offer.third_parties import GOOGLE_COUNTRIES

HONEST, ROGUE = "honest", "rogue"
DAY = 24 * 3600

# What a tag can find out about the page that it runs on.
TOLD = """\
const told = () => "?" + new URLSearchParams({
  at: location.href, from: document.referrer, said: JSON.stringify(window.dataLayer || []),
});"""


def services_behind(url: str, offer: Offer) -> tuple[Service, ...]:
    """Return the services whose script stands at an address."""
    return tuple(
        service
        for service in offer.services_of(offer.by_key)
        if service.loader
        and any(url.startswith(f"{origin}/") for origin in service.origins.get("script-src", ()))
        and (offer.identifiers[service.key] in url or not service.consent_parameters)
    )


def script_at(url: str, offer: Offer, *, rogue: bool = False) -> str:
    """Return the script that a third party would answer with."""
    lines = _lines(services_behind(url, offer), rogue=rogue)
    return "\n".join(("{", TOLD, *lines, "}"))  # a block: several of them run on one page


def _lines(services: tuple[Service, ...], *, rogue: bool) -> Iterator[str]:
    for service in services:
        for item in service.items:
            name = json.dumps(f"{item.name}X" if item.prefix else item.name)
            seconds = item.life_days * DAY or item.life_minutes * 60
            if item.kind == COOKIE and not item.foreign:
                yield f"document.cookie = {name} + '=1; path=/; max-age={seconds}';"
            elif item.kind == STORAGE and not item.foreign:
                yield f"localStorage.setItem({name}, '1');"
        for origin in _concrete(service, "img-src"):
            yield f"new Image().src = {json.dumps(origin + '/pixel')} + told();"
        for origin in _concrete(service, "connect-src")[:1]:
            # On leaving the page, and on coming back to it.
            yield (
                "for (const event of ['pagehide', 'pageshow']) addEventListener(event, () => "
                f"navigator.sendBeacon({json.dumps(origin + '/beacon')}, event + told()));"
            )
    if rogue:
        yield "document.cookie = 'rogue=1; path=/; max-age=86400';"
        yield "localStorage.setItem('rogue', '1');"
        yield "new Image().src = 'https://rogue.example/pixel';"


def _concrete(service: Service, directive: str) -> list[str]:
    """Return addresses that a directive allows; one country stands for all."""
    origins = service.origins.get(directive, ())
    left_out = set(GOOGLE_COUNTRIES[1:])
    return [origin.replace("*", "region1") for origin in origins if origin not in left_out]
