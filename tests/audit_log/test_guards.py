"""The database refuses to change or delete a line, but for what an erasure and the end of its time need."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit_log.models import AuditEntry
from audit_log.services import record
from privacy.datamap.retention import purge_expired
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(db):
    return record("other", "Sealed.", actor=make_staff("alan"), place="/admin/")


@pytest.mark.parametrize(
    "column", ["at", "kind", "pseudonym", "did", "table", "name", "changes", "place", "keep_until"]
)
def test_no_column_is_changed(entry, column):
    other = {
        "at": timezone.now() + timedelta(days=1), "keep_until": date(2026, 1, 1), "changes": {"a": 1},
    }.get(column, "x")  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(**{column: other})


def test_no_line_is_deleted_before_its_time(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.delete()


def test_a_line_stays_when_the_account_goes(entry):
    actor = entry.actor
    actor.delete()
    entry.refresh_from_db()
    assert (entry.actor, entry.who) == (None, f"former colleague {entry.pseudonym}")


def test_a_line_is_kept_for_36_months_and_then_goes():
    with time_machine.travel("2026-11-30T12:00:00Z", tick=False):
        assert record("other", "Now.").keep_until == date(2029, 11, 30)
    with time_machine.travel(timezone.now() - timedelta(days=3 * 366 + 2), tick=False):
        record("other", "Long ago.")
    purge_expired()
    assert [one.did for one in AuditEntry.objects.all()] == ["Now."]
