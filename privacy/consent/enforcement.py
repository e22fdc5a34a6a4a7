"""Nothing third-party without consent, nor where no view has let it in: from one decision.

The tag is rendered only for a granted service on a page that opted in (law 17), and the
Content-Security-Policy names only the origins of such services. Without any it lets no script run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from privacy.consent.decision import ConsentDecision
from privacy.consent.offer.parts import Service
from sens_site.lib.http.csp import extended, is_page, run_scripts, widen
from sens_site.lib.http.third_parties import View, lets_third_parties_in
from sens_site.lib.http.types import Policy, SiteRequest, SiteResponse

BEFORE_TAGS = "consent/before-tags.js"
"""Runs before the tags of others: cuts what they can learn of the address. Our own asks for less."""
ORIGIN_ALONE = "strict-origin"
"""A Referrer-Policy: the next page is not told which one this was, so no tag there learns it."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One loader script, for the services that share it."""

    loader: str
    identifiers: str
    parameters: str


class ConsentRequest(SiteRequest):
    """A request with the one decision that banner, tags, CSP and caches read."""

    consent: ConsentDecision
    consent_services: tuple[Service, ...]
    consent_tags: tuple[Tag, ...]
    third_parties: bool


def services_on(view: View, decision: ConsentDecision) -> tuple[Service, ...]:
    """Return the services that may act on the page of a view."""
    return decision.services_granted if lets_third_parties_in(view) else ()


def let_act(request: ConsentRequest, services: tuple[Service, ...]) -> None:
    """Say who may act on the page that is drawn for a request."""
    request.consent_services = services
    request.third_parties = any(service.origins for service in services)
    request.consent_tags = tags_of(services, request.consent)


def _words(values: Iterable[str]) -> str:
    """Join what attributes of a tag list, each value once."""
    return " ".join(dict.fromkeys(value for value in values if value))


def tags_of(services: tuple[Service, ...], decision: ConsentDecision) -> tuple[Tag, ...]:
    """Return the scripts to load, each once; before those of others the one that guards the address."""
    loaders = dict.fromkeys(service.loader for service in services if service.loader)

    def joined(loader: str) -> Tag:
        own = [service for service in services if service.loader == loader]
        return Tag(
            loader=loader,
            identifiers=_words(decision.offer.identifiers.get(s.key, "") for s in own),
            parameters=_words(p for service in own for p in service.consent_parameters),
        )

    tags = tuple(joined(loader) for loader in loaders)
    if not tags or not any(service.origins for service in services):
        return tags
    click_ids = _words(name for service in services for name in service.click_ids)
    return Tag(BEFORE_TAGS, "", click_ids), *tags


def policy_with(services: tuple[Service, ...], base: Policy) -> Policy:
    """Return a policy that also names the origins of some services."""
    policy = base
    for service in services:
        policy = extended(policy, service.origins)
    return policy


def allow(response: HttpResponse, services: tuple[Service, ...], *, base: Policy) -> None:
    """Let a page load from the origins of some services too."""
    cast("SiteResponse", response)._csp_config = policy_with(services, base)


def enforce(request: HttpRequest, response: HttpResponse, services: tuple[Service, ...]) -> None:
    """Write the headers that follow from the services that may act on this page."""
    if not is_page(response):
        return
    if getattr(request, "answered_in_frame", False):
        widen(response, "frame-src")
    if not services:
        response.headers.setdefault("Referrer-Policy", ORIGIN_ALONE)
        return
    run_scripts(response)
    if not any(service.origins for service in services):
        return
    allow(response, services, base=getattr(response, "_csp_config", settings.SECURE_CSP))
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
