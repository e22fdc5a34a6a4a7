"""Visitors who allow the statistics, and what their pages report."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from privacy.consent.offer.current import current_offer
from tests.client import SAME_ORIGIN, SiteClient
from visits.models import PageView
from visits.page_token import proven

REPORT = "/visits/"


def allow_statistics(client: SiteClient) -> SiteClient:
    """Give a browser the answer of one who allows everything that is asked about."""
    client.cookies[settings.COOKIE_CONSENT_NAME] = current_offer().shown
    return client


def report(client: SiteClient, path: str = "/contact/", **more: Any) -> Any:
    """Send what the script of a page sends."""
    headers = {**SAME_ORIGIN, **more.pop("headers", {})}
    return client.post(REPORT, {"page": proven(path), **more}, headers=headers)


def make_view(day: Any = None, **fields: Any) -> PageView:
    """Store a view, at noon of a day of the company's."""
    moment = timezone.now()
    if day is not None:
        moment = timezone.localtime().replace(
            year=day.year, month=day.month, day=day.day, hour=12, minute=0
        )
    values = {"visit": uuid4(), "visitor": uuid4(), "path": "/", "entry": True, "seen_at": moment}
    return PageView.objects.create(**{**values, **fields})


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


@pytest.fixture
def allowing(db: None) -> SiteClient:
    """A browser whose visitor allows the statistics."""
    return allow_statistics(SiteClient())
