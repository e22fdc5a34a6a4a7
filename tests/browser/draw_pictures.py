"""Draws the pictures of the README and of docs/ that no journey comes by: `make pictures`.

No test of the suite: its name is none that pytest looks for. The clock stands still, so a page that
has not changed gives the same picture as before.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page

from accounts.models import User
from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.services import create_draft, ensure_policy
from tests.browser.pictures import picture
from tests.browser.still import NOON, StillSite, settle, still_site, stopped
from tests.browser.url_map import World


@contextmanager
def shown(still: StillSite, world: World, path: str, *, who: str = "visitor") -> Iterator[Page]:
    """Open a page as somebody who has answered the question about cookies."""
    world.as_seen_by(who)
    still.client.cookies[settings.COOKIE_CONSENT_NAME] = "analytics=-1"
    page = still.page(1280, 800)
    page.goto(path)
    settle(page)
    yield page
    page.context.close()


def test_draw(site: str, browser: Browser):
    with still_site(browser) as still:
        with stopped():
            world = World(still.client)
            draft = _draft(world.ida)
        for name, path in (
            ("privacy", "/privacy/"),
            ("promises", "/privacy/promises/"),
            ("promise", "/privacy/p/66/"),
            ("downloads", "/downloads/"),
            ("newsletter", "/newsletter/"),
            ("search", "/search/?q=do+not+trakc"),
        ):
            with shown(still, world, path) as page:
                picture(page, name)
        with shown(still, world, "/privacy/") as page:
            page.locator("main h2").nth(3).evaluate("heading => heading.scrollIntoView()")
            picture(page, "marks")
        with shown(still, world, "/privacy/compare/1/2/") as page:
            page.locator("article del").first.evaluate("gone => gone.scrollIntoView()")
            page.mouse.wheel(0, -160)
            picture(page, "compare")
        with shown(still, world, "/contact/webmaster/") as page:
            page.get_by_label("Name", exact=True).fill("Ida Example")
            page.get_by_label("Message", exact=True).fill("Which charger fits our engine?")
            with page.expect_navigation():
                page.get_by_role("button", name="Send message").click()
            settle(page)
            picture(page, "webmaster")
        for name, path, who in (
            ("delete", "/accounts/delete/", "person"),
            ("seal", reverse("admin:policy_policydraft_seal", args=[draft]), "staff"),
            ("set-up", "/admin/set-up/", "staff"),
            ("who-did-what", "/admin/audit_log/auditentry/", "staff"),
        ):
            with shown(still, world, path, who=who) as page:
                picture(page, name)
        world.as_seen_by("visitor")
        page = still.page(1280, 800)
        page.goto("/cookies/")
        settle(page)
        picture(page, "cookies")
        page.context.close()


def _draft(author: User) -> int:
    version = PolicyVersion.objects.in_force(PRIVACY)
    assert version is not None
    draft = create_draft(
        ensure_policy(PRIVACY),
        by=author,
        source_text=f"{version.source_text}\n\nThis sentence is new.",
        kind="material",
        reason="It says more.",
        summary="One sentence is new.",
        effective_on=NOON.date() + dt.timedelta(days=45),
    )
    return int(draft.pk)
