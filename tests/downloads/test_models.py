"""Documents and versions: what follows from dates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from downloads.models import Document, DocumentVersion, State
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_state_of_a_version_follows_from_its_dates() -> None:
    now = timezone.now()
    document = make_document()
    dates = {
        "oldest": (now - 3 * DAY, now - DAY),
        "old": (now - 2 * DAY, None),
        "now": (now - DAY, now + DAY),
        "gone": (now - DAY / 2, now),
        "later": (now + DAY, None),
        "draft": (None, None),
    }
    for label, (publish_at, withdrawn_at) in dates.items():
        reason = "It was wrong." if withdrawn_at else ""
        make_version(
            document,
            label,
            publish_at=publish_at,
            withdrawn_at=withdrawn_at,
            withdrawn_reason=reason,
        )
    expected = {
        "oldest": State.WITHDRAWN,
        "old": State.SUPERSEDED,
        "now": State.CURRENT,
        "gone": State.WITHDRAWN,
        "later": State.PLANNED,
        "draft": State.DRAFT,
    }
    assert {one.label: one.state for one in DocumentVersion.objects.all()} == expected
    assert {one.label: one.state for one in DocumentVersion.objects.with_newer()} == expected
    current = document.current
    assert current is not None
    assert current.label == "now"
    assert Document.objects.with_current().get().current_id == current.pk  # type: ignore[attr-defined]
    assert Document.objects.with_current(now + DAY).get().current_id == (  # type: ignore[attr-defined]
        DocumentVersion.objects.get(label="later").pk
    )
