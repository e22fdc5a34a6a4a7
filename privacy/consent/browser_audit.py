"""Drives a browser through the site, one fresh browser profile for each state of consent.

Third parties may be played by the auditor itself, so that nothing leaves this machine: "honest"
ones do what the catalogue says of them and no more, "rogue" ones store and ask for more, which an
audit has to find.
"""

import json
import re
import shutil
import time
from collections.abc import Callable
from os import environ
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

from privacy.consent.audit_rules import Seen, SeenCookie, State, faults_in, origin_of, states_of
from privacy.consent.offer.building import Offer
from privacy.consent.offer.parts import COOKIE, Service

ROGUE = "rogue"
SETTLE_MS = 150
_STORAGE_KEYS = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
_LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.href)"
_QUIET = ("/accounts/", "/admin/", "/cookies/")


class Auditor:
    """One audit of one site."""

    def __init__(
        self, url: str, offer: Offer, *, pages: int, stand_in: str = "", few: bool = False
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self.own = origin_of(url)
        self.offer = offer
        self.pages = pages
        self.stand_in = stand_in
        self.few = few
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
        ordinary = [path for path in dict.fromkeys(["/", *own]) if not path.startswith(_QUIET)]
        return [*ordinary[: self.pages], "/cookies/", "/no-such-page/"]

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
            seen.requested.clear()
            seen.complaints.clear()
        if state.allowed is not None:
            self._answer(page, state.allowed, state)
        extreme = state.allowed is None or len(state.allowed) in (0, len(self.offer.groups))
        for path in paths if extreme else paths[:2]:
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
        response = page.goto(urljoin(self.url, path), wait_until="load")
        policy = response.headers.get("content-security-policy", "") if response else ""
        seen.permitted[path] = {w for w in policy.replace(";", " ").split() if "://" in w}
        seen.pages += 1
        if seen.permitted[path]:
            page.wait_for_timeout(SETTLE_MS)
        seen.storage |= set(page.evaluate(_STORAGE_KEYS))

    def _look(self, context: BrowserContext, seen: Seen) -> None:
        now = time.time()
        for cookie in context.cookies():
            expires = cookie.get("expires", -1)
            days = (expires - now) / 86400 if expires > 0 else 0
            seen.cookies.add(SeenCookie(cookie.get("name", ""), cookie.get("domain", ""), days))

    def _note(self, request: Request, seen: Seen) -> None:
        seen.requested.add(origin_of(request.url))

    def _play(self, route: Route) -> None:
        if route.request.resource_type == "script":
            route.fulfill(content_type="text/javascript", body=self._played(route.request.url))
        else:
            route.fulfill(status=204, headers={"Access-Control-Allow-Origin": "*"})

    def _played(self, url: str) -> str:
        """Return the script of a third party: it stores what its services declare."""
        services = [
            service
            for service in self.offer.services_of(self.offer.by_key)
            if origin_of(url) in service.origins.get("script-src", ())
            and (
                service.loader == ""
                or self.offer.identifiers[service.key] in url
                or _alone(service)
            )
        ]
        lines = [
            f"document.cookie = {json.dumps(f'{item.name}X' if item.prefix else item.name)} + "
            f"'=1; path=/; max-age={item.life_days * 86400}';"
            for service in services
            for item in service.items
            if item.kind == COOKIE and not item.foreign
        ]
        lines += [
            f"new Image().src = {json.dumps(origin.replace('*', 'region1') + '/pixel')};"
            for service in services
            for origin in service.origins.get("img-src", ())
        ]
        if self.stand_in == ROGUE:
            lines += [
                "document.cookie = 'rogue=1; path=/; max-age=86400';",
                "localStorage.setItem('rogue', '1');",
                "new Image().src = 'https://rogue.example/pixel';",
            ]
        return "\n".join(lines)


def _alone(service: Service) -> bool:
    """Tell whether a service's script does not carry its account number in its address."""
    return not service.consent_parameters


def _complaint(kind: str, text: str, seen: Seen) -> None:
    if kind == "error" and "Content Security Policy" in text:
        seen.complaints.append("the browser refused: " + " ".join(text.split())[:160])
