"""Jobs that find nothing to do."""

import pytest
from django.utils import timezone

from privacy.datamap.jobs import finish_erasures
from privacy.datamap.models import ClockStamp
from privacy.rights.jobs import give_alarms

pytestmark = pytest.mark.django_db


def test_without_an_erasure_or_a_request_they_do_nothing(settings, tmp_path):
    settings.ERASURE_LEDGER = str(tmp_path / "ledger.jsonl")
    assert (finish_erasures(), give_alarms()) == (0, 0)


def test_a_stamp_of_the_clock_is_called_by_its_time():
    now = timezone.now()
    assert str(ClockStamp(last_seen=now, largest_seen=now)) == f"clock at {now.isoformat()}"
