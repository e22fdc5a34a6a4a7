"""Jobs that find nothing to do."""

import pytest
from django.utils import timezone

from privacy.datamap.jobs import finish_erasures
from privacy.datamap.models import ClockStamp
from privacy.rights.choices import Channel, Kind
from privacy.rights.intake import open_request
from privacy.rights.jobs import a_request_waits, give_alarms

pytestmark = pytest.mark.django_db


def test_without_an_erasure_or_a_request_they_do_nothing(settings, tmp_path):
    settings.ERASURE_LEDGER = str(tmp_path / "ledger.jsonl")
    assert (finish_erasures(), give_alarms()) == (0, 0)


def test_a_stamp_of_the_clock_is_called_by_its_time():
    now = timezone.now()
    assert str(ClockStamp(last_seen=now, largest_seen=now)) == f"clock at {now.isoformat()}"


def test_alarms_are_looked_for_only_while_a_request_waits():
    assert a_request_waits() is False
    open_request(
        kind=Kind.ACCESS, email="ada@customer.test", name="Ada", text="", channel=Channel.FORM
    )
    assert a_request_waits() is True
