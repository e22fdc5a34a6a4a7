"""Every page that the resolver knows, with a real object in it: for eyes, keyboard and screen reader.

A name whose page is shown to nobody here is a failure; a new one needs an address in `url_map`.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.architecture.routes import Route, public_routes
from tests.browser.measure import WIDE, faults
from tests.browser.still import ORIGIN, StillSite, still_site, stopped
from tests.browser.url_map import PROVEN, World, what_answers
from tests.browser.watch import Watch

pytestmark = pytest.mark.xdist_group("every page")

STATES = {
    "visitor": (
        "/nowhere/", "/search/?q=xqzzk", "/privacy/promises/?state=broken",
        "/privacy/promises/?state=unchecked", "/legal/compare/2/1/", "/downloads/?about=/products/",
    ),
    "person": ("/", "/downloads/site-guide/", "/contact/webmaster/", "/cookies/", "/newsletter/"),
    "staff": (
        "/admin/", "/admin/set-up/", "/admin/contact/contactmessage/",
        "/admin/rights/subjectrequest/", "/admin/rights/subjectrequest/add/",
        "/admin/policy/policydraft/add/", "/admin/pages/page/", "/admin/audit_log/auditentry/",
    ),
}  # fmt: skip
"""Pages in another state than the one that their name is tried in, by who sees them."""


LARGE = ("accounts", "contact", "cookies", "downloads", "legal", "newsletter", "privacy")


def place(route: Route) -> str:
    """Return the first part of a route's address, by which the walk is dealt out."""
    first = route.pattern.partition("/")[0]
    return first if first in LARGE else "elsewhere"


@pytest.fixture(scope="module")
def walk(site: str, browser: Browser) -> Iterator[tuple[StillSite, World]]:
    """The site with one of everything."""
    with still_site(browser) as still:
        with stopped():
            world = World(still.client)
        yield still, world


@pytest.mark.parametrize("where", [*LARGE, "elsewhere"])
def test_each_page_is_reached_and_is_right(walk: tuple[StillSite, World], where: str):
    still, world = walk
    page = still.page(**WIDE)
    watch = Watch(ORIGIN)
    watch.follow(page.context)
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for route in (one for one in public_routes() if place(one) == where):
        with stopped():
            who, why = what_answers(world, route)
        address = world.address_of(route)
        if why:
            found[f"{route.name} is not reached"] = [why]
        elif who and address not in seen:
            world.as_seen_by(who)
            if wrong := faults(page, address, dark=route.name not in seen):
                found[f"{address} ({who})"] = wrong
            seen |= {address, route.name}
    page.context.close()
    assert found == {}, json.dumps(found, indent=1)
    assert watch.complaints() == []


@pytest.mark.parametrize("who", PROVEN)
def test_pages_in_other_states_are_right(walk: tuple[StillSite, World], who: str):
    still, world = walk
    page = still.page(**WIDE)
    watch = Watch(ORIGIN)
    watch.follow(page.context)
    found = {}
    world.as_seen_by(who)
    for address in STATES[who]:
        if wrong := faults(page, address, dark=False, desk=who == "staff"):
            found[address] = wrong
    page.context.close()
    assert found == {}, json.dumps(found, indent=1)
    # What the staff's site does under its policy is asked without axe, which sets styles there.
    assert who == "staff" or watch.complaints() == []
