"""Drives a browser through the site, one fresh browser profile for each state of consent.

Third parties may be played by the auditor itself, so that nothing leaves this machine: "honest"
ones do what the catalogue says of them and no more, "rogue" ones store and ask for more, which an
audit has to find. Without, a live tag is held against the catalogue.
"""

import re
import shutil
import time
from collections.abc import Callable, Sequence
from os import environ
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

from privacy.consent.audit_rules import (
    Seen,
    SeenCookie,
    Sent,
    State,
    faults_in,
    is_welcoming,
    origin_of,
    states_of,
    unlinked_pages,
    with_click_ids,
)
from privacy.consent.offer.building import Offer
from privacy.consent.stand_in import ROGUE, script_at

SETTLE_MS = 150
_STORAGE_KEYS = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
_LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.href)"


class Auditor:
    """One audit of one site."""

    def __init__(
        self,
        url: str,
        offer: Offer,
        *,
        pages: int,
        stand_in: str = "",
        few: bool = False,
        addresses: Sequence[str] = (),
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self.own = origin_of(url)
        self.offer = offer
        self.pages = pages
        self.stand_in = stand_in
        self.few = few
        self.addresses = tuple(addresses)
        self.seen: dict[str, Seen] = {}

    def run(self, tell: Callable[[State, Seen, list[str]], None]) -> int:
        """Walk through every state; return how many faults there were."""
        faults = 0
        executable = (
            environ.get("CHROMIUM")
            or shutil.which("chromium")
            or shutil.which("chromium-headless-shell")
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=executable, args=["--disable-dev-shm-usage"]
            )
            paths = self._paths(browser)
            for state in states_of(self.offer, few=self.few):
                seen = self._walk(browser, state, paths)
                found = faults_in(seen, state, self.offer, self.own)
                self.seen[state.title] = seen
                faults += len(found)
                tell(state, seen, found)
            browser.close()
        return faults

    def _paths(self, browser: Browser) -> list[str]:
        context = browser.new_context()
        page = context.new_page()
        page.goto(self.url)
        links = [urlsplit(link) for link in page.evaluate(_LINKS)]
        context.close()
        own = [link.path for link in links if f"{link.scheme}://{link.netloc}" == self.own]
        ordinary = [path for path in dict.fromkeys(["/", *own]) if is_welcoming(path)]
        return [*ordinary[: self.pages], "/cookies/", "/no-such-page/"]

    def _paths_of(self, state: State, paths: list[str]) -> list[str]:
        """Return what to open in a state: a few pages, more in the extremes, all if all may act.

        A short audit keeps to the pages that are linked, and those it is given.

        From one that lets nobody in, the way leads to one that does, which sees where it came from.
        """
        if state.allowed is None or state.allowed == () or state.gpc:
            return [*paths, *self.addresses]
        if len(state.allowed) < len(self.offer.groups):
            return paths[:2]
        unlinked = () if self.few else unlinked_pages()
        quiet = dict.fromkeys((*unlinked, *self.addresses))
        return [*paths, *(path for one in quiet for path in (one, "/"))]

    def _walk(self, browser: Browser, state: State, paths: list[str]) -> Seen:
        context = browser.new_context(extra_http_headers={"Sec-GPC": "1"} if state.gpc else {})
        seen = Seen()
        if self.stand_in:
            context.route(re.compile(f"^(?!{re.escape(self.own)}/)"), self._play)
        context.on("request", lambda request: self._note(request, seen))
        page = context.new_page()
        page.on("console", lambda said: _complaint(said.type, said.text, seen))
        if state.taken_back:
            self._answer(page, tuple(self.offer.by_key), state)
            self._open(page, paths[0], Seen())
        if state.allowed is not None:
            self._answer(page, state.allowed, state)
        if state.taken_back:  # what a page says as it is left, it says while it is still allowed
            seen.requested.clear()
            seen.complaints.clear()
            seen.sent.clear()
        for path in self._paths_of(state, paths):
            self._open(page, path, seen)
        self._look(context, seen)
        context.close()
        return seen

    def _answer(self, page: Page, allowed: tuple[str, ...], state: State) -> None:
        page.goto(urljoin(self.url, "/cookies/"))
        if state.gpc:
            page.get_by_role("button", name="Accept all").click()
        else:
            for key in self.offer.by_key:
                answer = "yes" if key in allowed else "no"
                page.locator(f'input[name="{key}"][value="{answer}"]').check()
            page.get_by_role("button", name="Save my choices").click()
        page.wait_for_url("**#done")

    def _open(self, page: Page, path: str, seen: Seen) -> None:
        asked = with_click_ids(path) if is_welcoming(path) else path
        # As from a link on the page before, and with more than our own pages tell the next one.
        before = page.url if page.url.startswith(self.url) else None
        response = page.goto(urljoin(self.url, asked), wait_until="load", referer=before)
        policy = response.headers.get("content-security-policy", "") if response else ""
        permitted = {w for w in policy.replace(";", " ").split() if "://" in w}
        seen.permitted[urlsplit(page.url).path] = permitted  # where a redirect has led
        seen.pages += 1
        if permitted:
            page.wait_for_timeout(SETTLE_MS)
        seen.storage |= set(page.evaluate(_STORAGE_KEYS))

    def _look(self, context: BrowserContext, seen: Seen) -> None:
        now = time.time()
        for cookie in context.cookies():
            expires = cookie.get("expires", -1)
            days = (expires - now) / 86400 if expires > 0 else 0
            seen.cookies.add(SeenCookie(cookie.get("name", ""), cookie.get("domain", ""), days))

    def _note(self, request: Request, seen: Seen) -> None:
        origin = origin_of(request.url)
        seen.requested.add(origin)
        if origin != self.own:
            posted = (request.post_data_buffer or b"").decode(errors="replace")
            seen.sent.add(Sent(request.url, request.headers.get("referer", ""), posted))

    def _play(self, route: Route) -> None:
        if route.request.resource_type == "script":
            body = script_at(route.request.url, self.offer, rogue=self.stand_in == ROGUE)
            route.fulfill(content_type="text/javascript", body=body)
        else:
            route.fulfill(status=204, headers={"Access-Control-Allow-Origin": "*"})


def _complaint(kind: str, text: str, seen: Seen) -> None:
    if kind == "error" and "Content Security Policy" in text:
        seen.complaints.append("the browser refused: " + " ".join(text.split())[:160])
