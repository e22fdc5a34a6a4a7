"""`|date` writes what Django writes, in every hour of every zone and format."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.template.defaultfilters import date as of_django
from django.utils import dateformat, timezone, translation
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # no stub

from sens_site.lib import dates as tested

FORMS = (
    None, "DATE_FORMAT", "DATETIME_FORMAT", "c", "r", "H:i", "H:i:s", "P", "U", "e I O T Z",
    "D N jS F Y", r"\i\n Y i", "u", "g a, A", "i/i",
)  # fmt: skip
ZONES = ("America/Denver", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
BEGINNINGS = (  # clocks are put forward in the one night, and back in the other
    datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2026, 4, 4, 13, tzinfo=UTC), datetime(2026, 10, 3, 14, tzinfo=UTC),
    datetime(1890, 7, 4, 23, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_each_moment_is_written_as_django_writes_it(zone):
    with timezone.override(zone):
        for begun in BEGINNINGS:
            for minutes in range(0, 5 * 60, 7):
                moment = begun + timedelta(minutes=minutes, seconds=minutes % 60)
                for form in FORMS:
                    wanted = of_django(template_localtime(moment), form)
                    assert tested.date(moment, form) == wanted, (moment, form)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "no date",
        7,
        date(2026, 1, 31),
        datetime(2026, 1, 31, 23, 59, tzinfo=UTC).replace(tzinfo=None),
    ],
)
def test_what_is_no_moment_is_left_to_django(value):
    for form in (None, "DATE_FORMAT", "j F"):
        assert tested.date(value, form) == of_django(value, form)


def test_language_and_zone_are_those_of_the_moment_of_writing():
    moment = datetime(2026, 5, 1, 3, 4, tzinfo=UTC)
    drawn = Template("{{ moment|date:'j F, H:i' }}").render
    seen = []
    for language, zone in (("en", "UTC"), ("de", "UTC"), ("en", "America/Denver")):
        with translation.override(language), timezone.override(zone):
            seen.append(drawn(Context({"moment": moment})))
    assert seen == ["1 May, 03:04", "1 Mai, 03:04", "30 April, 21:04"]


def test_an_hour_is_worked_out_once_and_knows_no_minute(monkeypatch):
    tested._hour.cache_clear()
    made: list[str] = []
    write = dateformat.format

    def remember(value: datetime, form: str) -> str:
        made.append(write(value, form))
        return made[-1]

    monkeypatch.setattr(dateformat, "format", remember)
    with timezone.override(ZoneInfo("UTC")):
        seen = [
            tested.date(datetime(2026, 5, 1, 3, minute, 9, tzinfo=UTC), "DATETIME_FORMAT")
            for minute in (4, 59)
        ]
    assert seen == ["May 1, 2026, 03:04 UTC", "May 1, 2026, 03:59 UTC"]
    assert made == ["May 1, 2026, 03:\0 UTC"]


def test_templates_of_the_site_write_dates_by_it():
    (node,) = Template("{{ now|date }}").nodelist
    ((filtered, _),) = vars(node)["filter_expression"].filters
    assert filtered is tested.date
