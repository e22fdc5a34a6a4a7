"""System checks: a catalogue with an error does not start."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, register

from privacy.consent.models import CHOICE_DAYS
from privacy.consent.offer import third_parties
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import MAX_LIFE_DAYS, Group, Service, optional
from sens_site.lib.http.csp import BASE_POLICY

DIRECTIVES = frozenset(BASE_POLICY) | {"frame-src", "media-src", "script-src"}
HINT = "Correct it in privacy/consent/offer/catalogue.py or third_parties.py."


def _error(number: str, message: str, hint: str = HINT) -> CheckMessage:
    return Error(message, hint=hint, id=f"consent.{number}")


def _service_faults(group: Group, service: Service) -> Iterator[CheckMessage]:
    for item in service.items:
        if not group.required and item.life_days > MAX_LIFE_DAYS:
            yield _error(
                "E002", f"{item.shown_name} of {service.name} lives longer than 13 months."
            )
    yield from _origin_faults(service)
    if service.identifier and not re.fullmatch(service.identifier, service.nobodys):
        yield _error("E012", f"{service.name} has no account number of nobody's to rehearse with.")
    if service.loader and not finders.find(service.loader):
        yield _error("E007", f"{service.name}: there is no static file {service.loader}.")


def _origin_faults(service: Service) -> Iterator[CheckMessage]:
    for directive, sources in service.origins.items():
        if directive not in DIRECTIVES:
            yield _error("E003", f"{service.name} names the unknown CSP directive {directive}.")
        for source in sources:
            parts = urlsplit(source)
            whole = f"{parts.scheme}://{parts.netloc}"
            if parts.scheme != "https" or source != whole:
                yield _error("E004", f"{service.name}: {source} is no https origin.")
    if service.origins and not (service.recipient and service.country and service.retention):
        yield _error("E005", f"{service.name} sends data to an origin but names no recipient.")
    if service.origins and not service.source:
        yield _error("E013", f"{service.name} names origins and no document that asks for them.")
    if service.origins and not service.identifier:
        yield _error("E006", f"{service.name} is a third party but could not be switched off.")


def faults_in(groups: tuple[Group, ...]) -> list[CheckMessage]:
    """Return what is wrong with a catalogue."""
    faults = [
        _error(
            "E001", f"Nobody can know what “{group.name}” is for: it has no service or no purpose."
        )
        for group in optional(groups)
        if not group.services or not group.purpose
    ]
    for group in groups:
        for service in group.services:
            faults += _service_faults(group, service)
    keys = [group.key for group in groups] + [s.key for g in groups for s in g.services]
    faults += [
        _error("E008", f"{key!r} stands in the catalogue twice.")
        for key in sorted({key for key in keys if keys.count(key) > 1})
    ]
    return faults


def in_no_group(services: Iterable[object], groups: tuple[Group, ...]) -> list[CheckMessage]:
    """Return which services are written down and offered to nobody."""
    offered = {service.key for group in groups for service in group.services}
    return [
        _error("E011", f"{service.name} is in no group: no visitor can decide about it.")
        for service in services
        if isinstance(service, Service) and service.key not in offered
    ]


@register()
def check_catalogue(**kwargs: Any) -> list[CheckMessage]:
    """E001-E008, E011-E013: a visitor can know and decide about every service."""
    return faults_in(GROUPS) + in_no_group(vars(third_parties).values(), GROUPS)


@register()
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """E009, E010: choices live 182 days, and the package's log, which proves nothing, is off."""
    faults = []
    if settings.COOKIE_CONSENT_MAX_AGE != CHOICE_DAYS * 24 * 3600:
        faults.append(
            _error(
                "E009",
                "A choice about cookies does not live 182 days.",
                hint="Set COOKIE_CONSENT_MAX_AGE to 182 * 24 * 3600.",
            )
        )
    if settings.COOKIE_CONSENT_LOG_ENABLED:
        faults.append(
            _error(
                "E010",
                "django-cookie-consent's log is on: it is no proof and is deleted with its group.",
                hint="Set COOKIE_CONSENT_LOG_ENABLED to False; receipts are written instead.",
            )
        )
    return faults
