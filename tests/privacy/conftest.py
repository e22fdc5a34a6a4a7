"""Drafts for the tests of this part."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from privacy.policy import obstacles
from privacy.policy.models import PRIVACY, Kind, PolicyDraft
from privacy.policy.services import create_draft, ensure_policy


@pytest.fixture
def no_site_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what asks the whole site, which takes seconds and has tests of its own."""
    monkeypatch.setattr(obstacles, "_checks", [])


@pytest.fixture
def make_draft(db: None, no_site_checks: None) -> Callable[..., PolicyDraft]:
    """Make a draft that nothing stops from being sealed, but for what the test names."""

    def make(*, slug: str = PRIVACY, by: Any = None, **fields: Any) -> PolicyDraft:
        values = {
            "source_text": "We keep what you **type**.\n\n## Rights\n\nAsk.",
            "kind": Kind.MINOR,
            "reason": "Fewer words, same promises.",
            "summary": "Shorter.",
            "effective_on": timezone.localdate() + dt.timedelta(days=40),
        }
        return create_draft(ensure_policy(slug), by=by, **{**values, **fields})

    return make
