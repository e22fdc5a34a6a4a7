"""Pages that are ready, in memory or as files, are read on while the database is away; over the hour, too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection

from privacy.consent.kept_states import KeptState
from privacy.consent.offer.current import stamp_and_offer
from sens_site.lib.cache.published_pages import PublishedPages
from sens_site.published import Drawn, Publisher
from tests.architecture.wsgi import fresh_application, get

pytestmark = pytest.mark.django_db
READY = ("/", "/privacy/")
NOON = datetime(2031, 5, 6, 12, 30, tzinfo=UTC)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Take the database away, for what has a connection and what wants one."""

    def take_away() -> None:
        def fail(*args: Any, **options: Any) -> Any:
            raise OperationalError("The database is away.")

        monkeypatch.setattr(connection, "cursor", fail)
        monkeypatch.setattr(connection, "ensure_connection", fail)

    return take_away


def test_kept_pages_are_read_on_and_others_say_when_to_come_back(away: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        application = fresh_application()
        bodies = [get(application, path).body for path in READY]
        away()
        clock.move_to(NOON + timedelta(hours=5))
        application.clock = lambda: 100.0  # it looks at the stamp again
        kept = [get(application, path) for path in READY]
        assert [(page.status, page.body) for page in kept] == [("200 OK", one) for one in bodies]
        new = get(application, "/privacy/history/")
    assert (new.status, new.headers["Retry-After"]) == ("503 Service Unavailable", "30")


def test_published_pages_stay_published(away: Any, tmp_path: Any) -> None:
    stranger = KeptState("", gpc=False, services=frozenset())
    drawn = [Drawn(stranger, "/", [("Content-Type", "text/html; charset=utf-8")], b"published")]

    def draw() -> Iterator[Drawn | None]:
        yield from drawn

    with time_machine.travel(NOON, tick=False) as clock:
        pages = PublishedPages(tmp_path, now=lambda: 1_000_000_000.0)
        publisher = Publisher(pages, read_stamp=stamp_and_offer, draw=draw, clock=lambda: 0.0)
        publisher.look()
        away()
        drawn.clear()  # there is no page that could be drawn now
        clock.move_to(NOON + timedelta(hours=5))
        publisher.look()
    found = (tmp_path / "live" / "100000000").rglob("@plain")
    assert [file.read_bytes() for file in found] == [b"published"]
