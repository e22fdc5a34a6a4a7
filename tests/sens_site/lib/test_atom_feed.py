"""Feeds bear no clock."""

from datetime import UTC, datetime

import time_machine

from sens_site.lib.atom_feed import AtomFeed


def feed(*days: int) -> AtomFeed:
    atom = AtomFeed(title="Feed", link="https://testserver/", description="")
    for day in days:
        moment = datetime(2026, 3, day, tzinfo=UTC)
        atom.add_item(
            title=f"{day}",
            link=f"https://testserver/{day}/",
            description="",
            pubdate=moment,
            updateddate=moment,
        )
    return atom


def test_an_empty_feed_is_the_same_at_any_time():
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC)):
        before = feed().writeString("utf-8")
    with time_machine.travel(datetime(2027, 5, 1, tzinfo=UTC)):
        assert feed().writeString("utf-8") == before


def test_a_feed_bears_the_date_of_its_newest_entry():
    assert "<updated>2026-03-09T00:00:00+00:00</updated>" in feed(2, 9, 5).writeString("utf-8")
