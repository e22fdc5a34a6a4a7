"""What the worker does for the documents, and when."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from downloads import jobs
from downloads.models import DocumentVersion
from outbox.jobs import registered_jobs
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
# The company is in Colorado: midnight is at 07:00 UTC in November.
EVENING = datetime(2026, 11, 20, 3, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 11, 20, 6, 59, tzinfo=UTC), datetime(2026, 11, 20, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("column", ["checked_at", "uploaded_at"])
def test_each_file_is_read_once_a_night_and_not_again_by_day(column: str) -> None:
    DocumentVersion.objects.all().delete()
    assert jobs.is_due() is False
    version = make_version(make_document(), uploaded_at=EVENING)
    if column == "checked_at":
        DocumentVersion.objects.update(checked_at=EVENING, uploaded_at=EVENING - timedelta(days=9))
    with time_machine.travel(BEFORE, tick=False):
        assert jobs.is_due() is False
    with time_machine.travel(AFTER, tick=False):
        assert jobs.is_due() is True
        assert jobs.verify() == 0
        version.refresh_from_db()
        assert version.checked_at == AFTER
        assert jobs.is_due() is False


def test_the_nightly_look_tidies(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(jobs, "sweep", lambda: done.append("swept"))
    jobs.verify()
    assert done == ["swept"]


def test_policies_are_set_where_the_typesetter_is_until_each_version_has_its_pdf(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a site that has no other document, too."""
    done: list[str] = []
    (job,) = [one for one in registered_jobs() if one.name == "set policies as PDF"]
    monkeypatch.setattr(jobs, "publish_policy_pdfs", lambda: done.append("set"))
    monkeypatch.setattr(jobs, "without_pdf", lambda: [3, 4])
    monkeypatch.setattr(jobs, "is_available", lambda: True)
    assert (job.when(), job.left(), job.apart) == (True, 2, True)
    monkeypatch.setattr(jobs, "is_available", lambda: False)
    assert (job.when(), job.left()) == (False, 0)
    job.run()
    assert done == ["set"]


def test_the_worker_asks_every_ten_minutes_whether_the_night_has_come() -> None:
    (job,) = [one for one in registered_jobs() if one.name == "verify documents"]
    assert (job.every_seconds, job.apart, job.when) == (600, True, jobs.is_due)
