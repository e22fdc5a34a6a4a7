"""Nothing third-party without consent, enforced from one decision in three places.

The tag is rendered only for a granted service, the Content-Security-Policy names only the origins
of granted services, and without any of them the page is isolated so that the browser itself refuses what
another origin does not offer to it.
"""

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from privacy.consent.decision import ConsentDecision
from privacy.consent.offer.parts import Service
from sens_site.lib.http.csp import extended
from sens_site.lib.http.types import Policy, SiteRequest, SiteResponse

QUIET_PREFIXES = ("/accounts/", "/admin/", "/cookies/")
"""Where nobody is to look over a visitor's shoulder, whatever has been granted."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One loader script, for the services that share it."""

    loader: str
    identifiers: str
    parameters: str


class ConsentRequest(SiteRequest):
    """A request with the one decision that banner, tags, CSP and caches read."""

    consent: ConsentDecision
    consent_tags: tuple[Tag, ...]
    third_parties: bool


def services_on(path: str, decision: ConsentDecision) -> tuple[Service, ...]:
    """Return the services that may act on a page."""
    if path.startswith(QUIET_PREFIXES):
        return ()
    return decision.services_granted


def tags_of(services: tuple[Service, ...], decision: ConsentDecision) -> tuple[Tag, ...]:
    """Return the scripts to load, each once."""
    loaders = dict.fromkeys(service.loader for service in services if service.loader)

    def joined(loader: str) -> Tag:
        own = [service for service in services if service.loader == loader]
        numbers = decision.offer.identifiers
        return Tag(
            loader=loader,
            identifiers=" ".join(numbers[s.key] for s in own if s.identifier),
            parameters=" ".join(p for service in own for p in service.consent_parameters),
        )

    return tuple(joined(loader) for loader in loaders)


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
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    if not any(service.origins for service in services):
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        return
    allow(response, services, base=getattr(response, "_csp_config", settings.SECURE_CSP))
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
