"""Drafts for the tests of this part."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from privacy.policy.models import PRIVACY, Kind, PolicyDraft
from privacy.policy.services import create_draft, ensure_policy


@pytest.fixture
def make_draft(db: None) -> Callable[..., PolicyDraft]:
    """Make a draft that nothing stops from being sealed, but for what the test names."""

    def make(*, slug: str = PRIVACY, by: Any = None, **fields: Any) -> PolicyDraft:
        values = {
            "source_text": "We keep what you **type**.\n\n## Your rights\n\nAsk us.",
            "kind": Kind.MINOR,
            "reason": "Fewer words, same promises.",
            "summary": "Shorter.",
            "effective_on": timezone.localdate() + dt.timedelta(days=40),
        }
        return create_draft(ensure_policy(slug), by=by, **{**values, **fields})

    return make
