"""Notes what a browser asked for and what it complained of."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request


@dataclass
class Watch:
    """All requests and complaints of one browser context."""

    own: str
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("console", self._said)
        context.on("page", self._opened)

    def expect(self, part: str) -> None:
        """Announce a complaint by a part of its text."""
        self.expected.append(part)

    def complaints(self) -> list[str]:
        """Return what went wrong and was not announced, third-party requests included."""
        foreign = [f"asked for {url}" for url in self.requests if not url.startswith(self.own)]
        told = [text for text in self.troubles if not any(part in text for part in self.expected)]
        return foreign + told

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a navigation overtook it
            self.troubles.append(f"failed: {request.url} {request.failure}")

    def _said(self, message: ConsoleMessage) -> None:
        # The status of a page that is itself an answer (404, 422) is the test's own assertion.
        page = message.page
        url = message.location.get("url", "")
        is_the_page = page is not None and url.split("#")[0] == page.url.split("#")[0]
        if message.type in ("error", "warning") and not (
            is_the_page and "Failed to load resource" in message.text
        ):
            self.troubles.append(f"{message.type}: {message.text} ({url})")

    def _opened(self, page: Page) -> None:
        page.on("pageerror", self._failed_in_script)

    def _failed_in_script(self, error: Error) -> None:
        # Chromium's own word where a page that came late is shown without being blended in.
        if "ViewTransition opt-in disabled" not in error.message:
            self.troubles.append(f"script: {error}")
