"""PostgreSQL is restarted under load: visitors wait a moment, and nothing that was said is lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.journeys.site_in_production import BUSY_MACHINE, SECONDS, SETTLED, Site

pytestmark = [pytest.mark.slow, pytest.mark.own_database, pytest.mark.only_on("postgresql")]


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    binaries = postgres.find_binaries()
    assert binaries is not None
    with postgres.server(binaries) as database:
        yield database


@pytest.fixture
def site(socket_enabled: None, tmp_path: Path, database: postgres.Server) -> Iterator[Site]:
    site = Site(database.url, tmp_path)
    site.prepare()
    web = site.serve()
    try:
        yield site
    finally:
        site.rest()
        web.terminate()
        web.wait(SECONDS)


def test_restart_of_the_database_under_load_is_over_in_a_moment_and_loses_nothing(
    site: Site, database: postgres.Server
) -> None:
    for client in site.clients:
        client.start()
    time.sleep(2)
    restarted_at = time.monotonic()
    database.stop()
    database.start()
    time.sleep(SETTLED + 3)
    site.rest()

    right = {"session": 302, "message": 303}
    failed = [one for one in site.asked if one.status != right[one.what]]
    assert {one.status for one in failed} <= {503}
    before = [one for one in site.asked if one.at < restarted_at]
    after = [one for one in site.asked if one.at > restarted_at + SETTLED]
    assert {one.what for one in before} == {one.what for one in after} == set(right)
    assert [one for one in failed if one in after] == []
    acknowledged = sum(one.what == "message" for one in site.asked if one not in failed)
    assert site.stored() >= acknowledged


def test_a_connection_that_sat_idle_over_a_restart_fails_nobody(
    site: Site, database: postgres.Server
) -> None:
    """Under load the dead connections are used up at once; at night the first visitor meets one."""
    right = {"session": 302, "message": 303}
    ask_each = [*right] * 6
    assert [site.ask(what).status for what in ask_each] == [right[what] for what in ask_each]
    database.stop()
    database.start()
    assert [site.ask(what).status for what in ask_each] == [right[what] for what in ask_each]


def test_while_the_database_is_away_nobody_waits_for_it_and_what_needs_none_comes(
    site: Site, database: postgres.Server
) -> None:
    """Ten seconds each, before one thread alone asked for it; half a minute until it was found."""
    assert site.status("GET", "/static/css/site.css") == 200
    database.stop()
    for _ in range(4 * 2):  # each thread may find out for itself
        site.ask("session")
    began = time.monotonic()
    assert [site.ask(what).status for what in ("session", "message")] == [503, 503]
    assert site.status("GET", "/static/css/site.css") == 200
    assert site.status("POST", "/cookies/choose/", "choice=reject&next=/") == 303
    assert time.monotonic() - began < 3 * BUSY_MACHINE
    database.start()
    began = time.monotonic()
    while site.ask("message").status != 303:
        assert time.monotonic() - began < SETTLED
