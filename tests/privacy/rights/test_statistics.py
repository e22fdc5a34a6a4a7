"""The public figures: true, and of nobody."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from privacy.rights import services
from privacy.rights.statistics import figures, veiled

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 5, 18, tzinfo=UTC)


def test_small_numbers_are_veiled_and_nothing_is_nothing():
    assert [veiled(n) for n in range(7)] == [0, None, None, None, None, 5, 6]


def test_figures_of_six_requests(proved, officer):
    for number in range(6):
        with time_machine.travel(MARCH):
            request = proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
        with time_machine.travel(MARCH + timedelta(days=number * 8)):
            services.answer(request, by=officer, text="Yes.")
    found = figures(now=datetime(2026, 8, 20, tzinfo=UTC))
    assert (found.received, found.answered, found.late) == (6, 6, None)
    assert (found.median_days, found.worst_days) == (20, 40)
    assert dict(found.by_kind)["See or get a copy of my information"] == 6


def test_the_running_month_is_not_counted(proved):
    with time_machine.travel(MARCH):
        for number in range(6):
            proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
    assert figures(now=MARCH + timedelta(days=2)).received == 0
    assert figures(now=MARCH + timedelta(days=30)).received == 6


def test_the_page_shows_no_number_below_five(proved, client):
    with time_machine.travel(MARCH):
        for number in range(3):
            proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
    with time_machine.travel(MARCH + timedelta(days=60)):
        page = client.get("/privacy/requests/").content.decode()
    assert "<dd>fewer than 5</dd>" in page
    assert "<dd>3</dd>" not in page
