"""In another year everything of ours that asks for the time is told so, and nobody else is."""

import sys
from datetime import date, datetime, timedelta
from threading import Thread
from types import ModuleType

import pytest
from django.conf import settings
from django.template import engines
from django.utils import timezone

from privacy.promises.played_clock import in_another_year

LATER = timedelta(days=731)


@pytest.fixture
def modules(monkeypatch):
    """A module of this project that asks Python for the time, and one of somebody else's."""
    ours, others = ModuleType("ours"), ModuleType("others")
    ours.__file__ = str(settings.BASE_DIR / "pages" / "ours.py")
    others.__file__ = "/lib/site-packages/others.py"
    for one in (ours, others):
        vars(one).update(datetime=datetime, date=date)
        monkeypatch.setitem(sys.modules, one.__name__, one)
    return ours, others


def test_whoever_asks_is_told_another_year(modules):
    ours, others = modules
    year = timezone.localdate().year
    with in_another_year() as told:
        assert told == timezone.now().year
        assert told - year in (2, 3)  # two years on, or the day after
        assert ours.datetime.now() - others.datetime.now() > LATER - timedelta(minutes=1)
        assert ours.datetime.today().date() == ours.date.today() == others.date.today() + LATER
        assert engines["django"].from_string("{% now 'Y' %}").render() == str(told)
    assert ours.date is others.date is date
    assert timezone.now().year == year


def test_days_stay_days(modules):
    ours, others = modules
    with in_another_year():
        made = ours.datetime(2026, 1, 2, 3)
        assert type(made) is others.datetime
        assert isinstance(made, ours.datetime)
        assert isinstance(made.date(), ours.date)
        assert not isinstance(made.date(), ours.datetime)
        assert ours.date.fromisoformat("2026-01-02") == made.date()
        assert ours.datetime.combine(made, made.time()) == made


def test_other_threads_are_told_the_time(modules):
    ours, _ = modules
    found = []

    def ask():
        found.extend([timezone.now(), ours.datetime.now(timezone.get_default_timezone())])

    with in_another_year():
        other = Thread(target=ask)
        other.start()
        other.join()
    assert all(one - timezone.now() < timedelta(minutes=1) for one in found)
