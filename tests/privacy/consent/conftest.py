"""An offer in which everything is switched on, and how to decide about it."""

import pytest
from django.conf import settings

from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.current import current_offer
from tests.client import SAME_ORIGIN, SiteClient

COOKIE = settings.COOKIE_CONSENT_NAME


def squeezed(response) -> str:
    """A page with single spaces, so that a test does not depend on where its lines end."""
    return " ".join(response.content.decode().split())


@pytest.fixture
def offer():
    """What the site offers in this test."""
    return current_offer()


def answer(choice: str = "accept", **fields: str) -> dict[str, str]:
    """What the cookies page sends: a choice, and what is offered at this moment."""
    return {"choice": choice, "shown": current_offer().shown, **fields}


@pytest.fixture
def choose(client: SiteClient):
    """Send a choice as the banner or the cookies page does."""

    def send(choice="accept", headers=SAME_ORIGIN, **fields):
        body = {"next": "/", **answer(choice, **fields)}
        return client.post("/cookies/choose/", body, headers=headers)

    return send


EVERY_SERVICE = [service for group in GROUPS for service in group.services]
IDENTIFIERS = {one.key: one.nobodys for one in EVERY_SERVICE if one.identifier} | {
    "google-analytics": "G-TEST0001",
    "google-ads": "AW-123456789",
    "linkedin-insight": "1234567",
}


@pytest.fixture
def full_offer():
    """Every service of the catalogue is switched on."""
    return current.use_offer(build_offer(IDENTIFIERS))
