"""What third parties are told of our addresses: over the whole map, in each state of consent.

Every service is on. The browser keeps pages for Back, as browsers of visitors do.
"""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from pages.navigation import walk
from privacy.consent.audit_rules import CLICK_IDS, Sent, with_click_ids
from privacy.consent.offer.loading import load_offer
from privacy.rights import intake
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.export_files import make_export
from privacy.rights.secret_links import status_path
from tests.architecture.routes import public_routes
from tests.browser.stand_in import Outside, everybody_else
from tests.factories.people import PASSWORD, make_person, make_staff
from tests.run import find_whole_chromium

pytestmark = [
    pytest.mark.usefixtures("everything_on"),
    pytest.mark.xdist_group("third parties"),
]
WITH_A_FORM = {
    "/contact/feedback/", "/contact/general/", "/contact/order-status/", "/contact/sales-genset/",
    "/contact/sales-marine/", "/contact/tech-support/", "/downloads/", "/newsletter/",
}  # fmt: skip
WELCOMING = ({node.path for node in walk() if node.content} | {"/sitemap/"}) - WITH_A_FORM
GROUPS = ("preferences", "analytics", "marketing", "social")
GOOGLE_COUNTS = {"www.googletagmanager.com", "region1.google-analytics.com"}
SETTLE_MS = 250


@pytest.fixture(scope="module")
def outside(site: str, everything_on: None) -> Iterator[Outside]:
    """Every other host."""
    with everybody_else(settings.SCRATCH, load_offer()) as server:
        yield server


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, outside: Outside) -> Iterator[Browser]:
    """A browser that finds nobody but us and the stand-in, and keeps pages for Back."""
    browser = playwright.chromium.launch(
        executable_path=find_whole_chromium(),
        args=["--disable-dev-shm-usage", *outside.arguments],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser, site: str, outside: Outside) -> Iterator[Callable[..., Page]]:
    """Open a browser of a visitor who has allowed some groups; None for no answer yet."""
    contexts: list[BrowserContext] = []

    def open_page(allowed: tuple[str, ...] | None, *, gpc: bool = False) -> Page:
        headers = {"Sec-GPC": "1"} if gpc else {}
        context = chromium.new_context(base_url=site, extra_http_headers=headers)
        contexts.append(context)
        if allowed is not None:
            value = "|".join(
                f"{o.key}={o.version if o.key in allowed else '-1'}" for o in load_offer().groups
            )
            name = settings.COOKIE_CONSENT_NAME
            context.add_cookies([{"name": name, "value": value, "url": site}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    outside.taken()
    yield open_page
    for context in contexts:
        context.close()
    time.sleep(SETTLE_MS / 1000)  # what a tag says when its page is closed is not the next test's


@pytest.fixture(scope="module")
def secrets(site: str, django_db_blocker: object) -> list[str]:
    """Addresses that were mailed to one person each, with secrets that are good."""
    person, staff = make_person("third"), make_staff("thirdofficer")
    make_person("thirdnew", verified=False)
    asked: dict[str, Any] = {
        "kind": Kind.ACCESS,
        "name": "T",
        "text": "Tell me.",
        "channel": Channel.FORM,
    }
    intake.open_request(email="third.stranger@elsewhere.test", **asked)
    request = intake.open_request(email=person.email, proof=Proof.LINK, **asked)
    make_export(request, by=staff)
    client = Client(SERVER_NAME="127.0.0.1")
    client.post("/accounts/password/reset/", {"email": person.email})
    client.post("/accounts/login/", {"login": "thirdnew", "password": PASSWORD})
    mailed = "\n".join(str(one.body) for one in mail.outbox)  # kept by the test's own process
    links = re.findall(re.escape(settings.SITE_ORIGIN) + r"(/\S+?)[.>]?(?=\s)", mailed)
    secret = [link for link in links if re.search(r"[\w-]{16,}/?$", link)]
    kinds = ("/privacy/confirm/", "/privacy/copy/", "/reset/key/", "/confirm-email/")
    assert all(any(kind in link for link in secret) for kind in kinds), (mailed, links)
    return [status_path(request), *dict.fromkeys(secret)]


@pytest.fixture(scope="module")
def quiet() -> list[str]:
    """Every page of the map that lets nobody in, and one that does not exist."""
    paths = dict.fromkeys(route.path for route in public_routes() if route.path.endswith("/"))
    left_out = {*WELCOMING, "/accounts/2fa/recovery-codes/file/", "/accounts/data/copy/"}
    return [path for path in paths if path not in left_out] + ["/no-such-page/", "/admin/"]


def told(sent: list[Sent]) -> set[str]:
    """The paths of ours that were told of in any way."""
    text = "\n".join(one.text for one in sent)
    return set(re.findall(re.escape(settings.SITE_ORIGIN) + r"(/[^\s?#&\"']*)", text))


def marks(sent: list[Sent]) -> set[str]:
    """The click ids, and whatever else was hung onto an address, that were told."""
    text = "\n".join(one.text for one in sent)
    return {name for name in (*CLICK_IDS, "token") if f"mark-of-{name}" in text}


def hosts(sent: list[Sent]) -> set[str]:
    return {urlsplit(one.url).netloc for one in sent}


def leave_for_home(page: Page) -> None:
    """Follow a link of the page to the first one, as a visitor does."""
    page.locator("a.logo").click()
    page.wait_for_url(re.compile(re.escape(settings.SITE_ORIGIN) + r"/(\?.*)?$"))


def test_with_everything_allowed_no_address_that_let_nobody_in_is_told(
    visit, outside: Outside, quiet, secrets
):
    page = visit(GROUPS)
    for path in [*quiet, *secrets]:
        page.goto(path)
    page.wait_for_timeout(SETTLE_MS)
    assert told(outside.taken()) <= {"/"}  # to which some lead on
    sent: list[Sent] = []
    # From the same pages to one that lets tags in, which see where the visitor came from.
    for path in [*secrets, "/accounts/login/", "/privacy/choices/", "/no-such-page/"]:
        page.goto(path)
        leave_for_home(page)
        for host in ("region1.google-analytics.com", "px.ads.linkedin.com"):
            outside.wait_for(host, page.wait_for_timeout)
        sent += outside.taken()
    assert told(sent) == {"/"}
    long = {part for path in secrets for part in path.split("/") if len(part) >= 10}
    assert [part for part in long for one in sent if part in one.text] == []


def test_each_page_that_let_them_in_is_told_without_what_was_hung_onto_it(visit, outside: Outside):
    page = visit(("analytics",))
    sent: list[Sent] = []
    for path in sorted(WELCOMING):
        page.goto(with_click_ids(path) + "&utm_source=letter")
        outside.wait_for("region1.google-analytics.com", page.wait_for_timeout)
        sent += outside.taken()
    assert told(sent) == WELCOMING
    assert marks(sent) == set()
    assert hosts(sent) == GOOGLE_COUNTS
    assert {one.referer for one in sent} == {f"{settings.SITE_ORIGIN}/"}
    said = [parse_qs(urlsplit(one.url).query) for one in sent if "/pixel" in one.url]
    assert all("utm_source=letter" in one["at"][0] for one in said)


def test_a_click_is_told_where_it_was_granted_and_to_nobody_else(visit, outside: Outside):
    page = visit(("marketing",))
    page.goto(with_click_ids("/about/"))
    outside.wait_for("px.ads.linkedin.com", page.wait_for_timeout)
    outside.wait_for("googleads.g.doubleclick.net", page.wait_for_timeout)
    sent = outside.taken()
    page.goto("/sitemap/")
    outside.wait_for("px.ads.linkedin.com", page.wait_for_timeout)
    sent += outside.taken()
    google = {"gclid", "gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid", "_gl"}
    assert marks(sent) == google | {"li_fat_id"}
    later = [one for one in sent if f"at={settings.SITE_ORIGIN}/sitemap/" in one.text]
    assert later
    assert marks(later) == set()


def test_the_click_that_led_here_is_not_told_by_a_later_page(visit, outside: Outside):
    """Somebody comes by an advertisement, decides on the page itself, and reads on."""
    page = visit(None)
    page.goto(with_click_ids("/about/"))
    page.goto("/cookies/")
    page.locator('input[name="analytics"][value="yes"]').check()
    page.get_by_role("button", name="Save my choices").click()
    page.wait_for_url("**#done")
    assert outside.taken() == []
    page.goto(with_click_ids("/about/"))
    outside.wait_for("region1.google-analytics.com", page.wait_for_timeout)
    sent = outside.taken()
    leave_for_home(page)
    outside.wait_for("region1.google-analytics.com", page.wait_for_timeout)
    sent += outside.taken()
    assert told(sent) == {"/", "/about/"}
    assert marks(sent) == set()


@pytest.mark.parametrize(
    ("allowed", "gpc"),
    [(None, False), ((), False), (("analytics", "marketing", "social"), True)],
    ids=["unanswered", "refused", "signalled"],
)
def test_before_a_yes_after_a_no_and_under_the_signal_nobody_is_sent_anything(
    visit, outside: Outside, quiet, secrets, allowed, gpc
):
    page = visit(allowed, gpc=gpc)
    # The whole map is walked where nothing was answered; it is the same for all three.
    some = sorted(WELCOMING)[:: 1 if allowed is None else 12]
    for path in [*some, *(quiet if allowed is None else quiet[::12]), *secrets]:
        page.goto(with_click_ids(path) if path in some else path, wait_until="domcontentloaded")
    page.goto("/", wait_until="load")
    page.wait_for_timeout(SETTLE_MS)
    assert outside.taken() == []


@pytest.mark.parametrize("way", ["form", "signal"])
def test_back_after_consent_has_ended_sends_nobody_anything(visit, outside: Outside, way):
    page = visit(GROUPS)
    page.goto("/about/")
    outside.wait_for("region1.google-analytics.com", page.wait_for_timeout)
    page.evaluate("window.wasHere = true")
    if way == "form":
        page.goto("/cookies/")
        page.get_by_role("button", name="Reject all").first.click()
        page.wait_for_url("**#done")
    else:
        page.goto("/privacy/")
        page.context.set_extra_http_headers({"Sec-GPC": "1"})
    page.wait_for_timeout(SETTLE_MS)
    outside.taken()
    # Back to the first page, which stands behind the empty one that the browser begins with.
    page.evaluate("setTimeout(() => history.go(2 - history.length))")
    page.wait_for_url("**/about/", wait_until="commit")
    page.wait_for_timeout(4 * SETTLE_MS)
    assert page.evaluate("[window.wasHere, typeof gtag]") == [None, "undefined"]
    page.goto("/legal/")
    page.wait_for_timeout(SETTLE_MS)
    assert outside.taken() == []
