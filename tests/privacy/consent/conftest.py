"""An offer in which everything is switched on, and how to decide about it."""

import pytest
from django.conf import settings

from privacy.consent.live import current_offer
from privacy.consent.offer import build_offer
from tests.client import SAME_ORIGIN, SiteClient

COOKIE = settings.COOKIE_CONSENT_NAME


@pytest.fixture
def offer():
    """What the site offers in this test."""
    return current_offer()


@pytest.fixture
def choose(client: SiteClient):
    """Send a choice as the banner or the cookies page does."""

    def send(choice="accept", headers=SAME_ORIGIN, **fields):
        return client.post("/cookies/choose/", {"choice": choice, **fields}, headers=headers)

    return send


@pytest.fixture
def full_offer():
    """An offer with every service of the catalogue switched on."""
    return build_offer(
        {
            "google-analytics": "G-TEST0001",
            "google-ads": "AW-123456789",
            "linkedin-insight": "1234567",
            "youtube": "@example",
            "google-maps": "example",
            "linkedin-posts": "example",
        }
    )
