"""The site at one moment: the same page gives the same picture on every day and every machine.

The browser is answered from this process, with its clock stopped, and from a transaction that is
never committed: what is made up for a picture is seen by nobody else.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

import time_machine
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route

from downloads.models import DocumentVersion
from privacy.promises.claims import bundled_claims
from privacy.promises.history import append_run
from privacy.promises.models import State
from privacy.promises.registry import Look
from search.services import refresh_index
from tests import content
from tests.factories.promises import make_result

NOON = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)
"""After everything that is shipped, and in the middle of a day for the company."""
HOST = "www.company.test"
ORIGIN = f"https://{HOST}"
DAYS = 100
OUTCOMES = {"account.delete": State.BROKEN, "form.required-fields": State.NOT_CARRIED_OUT}
"""What one look at every other promise found: kept."""
FONTS = """
    * { font-family: "DejaVu Sans", sans-serif !important; font-style: normal !important; }
    code, pre { font-family: "DejaVu Sans Mono", monospace !important; }
"""


def stopped() -> time_machine.travel:
    """Stop the clock of this process."""
    return time_machine.travel(NOON, tick=False)


class StillSite:
    """Answers a browser in place of the server."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.client = Client(SERVER_NAME=HOST)
        self.here = copy_context()

    def page(
        self, width: int, height: int, *, dark: bool = False, scale: float = 1, script: bool = True
    ) -> Page:
        """Open a window in which nothing moves."""
        context: BrowserContext = self.browser.new_context(
            base_url=ORIGIN, viewport={"width": width, "height": height}, locale="en-US",
            device_scale_factor=scale, color_scheme="dark" if dark else "light",
            reduced_motion="reduce", java_script_enabled=script,
        )  # fmt: skip
        context.route("**/*", self._answer)
        return context.new_page()

    def _answer(self, route: Route) -> None:
        request = route.request
        address = request.url.removeprefix(ORIGIN)

        def ask() -> tuple[int, dict[str, str], bytes]:
            with stopped():
                response: Any = self.client.generic(
                    request.method, address, request.post_data_buffer or b"", secure=True,
                    content_type=request.headers.get("content-type", ""),
                )  # fmt: skip
                parts = response.streaming_content if response.streaming else [response.content]
                return response.status_code, dict(response.headers), b"".join(parts)

        # Where Playwright calls, Django would find another connection: one outside the transaction.
        status, headers, body = self.here.run(ask)
        route.fulfill(status=status, headers=headers, body=body)


@contextmanager
def still_site(browser: Browser) -> Iterator[StillSite]:
    """Make up what the pictures show, and take it back."""
    content.forget_caches()
    try:
        with transaction.atomic(), override_settings(SITE_ORIGIN=ORIGIN, ALLOWED_HOSTS=[HOST]):
            with stopped():
                DocumentVersion.objects.update(publish_at=NOON - dt.timedelta(days=5))
                _look_at_promises()
                refresh_index()
            yield StillSite(browser)
            transaction.set_rollback(True)
    finally:
        content.forget_caches()


def _look_at_promises() -> None:
    now = timezone.now()
    checked = [claim.id for claim in bundled_claims().values() if claim.kind == "S"]
    last = {claim: OUTCOMES.get(claim, State.KEPT) for claim in checked}
    for days in reversed(range(DAYS)):
        seen = last if days == 0 else dict.fromkeys(checked, State.KEPT)
        states = {(claim, Look.REHEARSAL): state for claim, state in seen.items()}
        append_run(states, gone=(), found={}, at=now - dt.timedelta(days=days))
    for claim, state in last.items():
        make_result(claim, state, look=Look.REHEARSAL, words="Seen so for this picture.")


def settle(page: Page) -> None:
    """Wait until the page stands as it will be photographed, in letters that all machines have."""
    add_style(page, FONTS)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


def add_style(page: Page, css: str) -> None:
    """Add rules to the page, past its policy about what may come in."""
    page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets.push(sheet);
        }""",
        css,
    )
