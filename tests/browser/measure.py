"""Questions that tests ask of a page: axe, width, what the keyboard reaches, what was stored."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page

AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # of what passes axe then tells no details: half the time
}
AXE = Axe().axe_script
COLOR_RULES = ["color-contrast", "link-in-text-block"]
WIDTHS = (320, 640, 1280)
WITHOUT_AXE = 640  # the style sheet has nothing between its narrow and its wide form
SHAPE = """() => [...document.querySelectorAll('*')].map(element => {
    const {x, y, width, height} = element.getBoundingClientRect();
    const {display, visibility, opacity} = getComputedStyle(element);
    return [element.localName, x, y, width, height, display, visibility, opacity].join(' ');
})"""


def axe_violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe finds wrong on the page as it stands, by all rules or by some."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = AXE_OPTIONS | {"runOnly": {"type": "rule", "values": rules}} if rules else AXE_OPTIONS
    # Only this comes over the wire: axe tells much more.
    found = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{v['id']}: {n['html'][:160]} {n['failureSummary']}" for v in found for n in v["nodes"]
    ]


def sideways(page: Page) -> int:
    """Return by how many pixels the page can be scrolled sideways."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def findings(page: Page, path: str) -> dict[str, list[str]]:
    """Open a page and return what is wrong with it in each scheme and width.

    It is opened once: scheme and width are the style sheet's own matter. In the dark everything
    has to stand where it stood, so that only the rules about colors can find something else.
    """
    found = {}
    page.goto(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        light = page.evaluate(SHAPE)
        wrong = [] if width == WITHOUT_AXE else axe_violations(page)
        if sideways(page):
            wrong.append(f"scrolls sideways by {sideways(page)} px")
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(SHAPE)
        wrong += [f"in the dark {d}, not {s}" for s, d in zip(light, dark, strict=True) if s != d]
        if width != WITHOUT_AXE:
            wrong += [f"in the dark {fault}" for fault in axe_violations(page, COLOR_RULES)]
        if wrong:
            found[str(width)] = wrong
    return found


def stored(page: Page) -> dict[str, Any]:
    """Return all that the page has put on the visitor's machine."""
    kept = page.evaluate(
        """async () => ({
            local: localStorage.length, session: sessionStorage.length,
            databases: (await indexedDB.databases()).length,
            workers: (await navigator.serviceWorker?.getRegistrations() ?? []).length,
        })"""
    )
    return {**kept, "cookies": len(page.context.cookies())}


def layout_shift(page: Page) -> float:
    """Return the sum of layout shifts so far."""
    return float(
        page.evaluate(
            """() => new Promise(resolve => {
                let sum = 0;
                const observer = new PerformanceObserver(list => {
                    for (const entry of list.getEntries()) sum += entry.value;
                });
                observer.observe({type: 'layout-shift', buffered: true});
                setTimeout(() => resolve(sum), 150);
            })"""
        )
    )


class Wire:
    """Counts bytes as they come over the wire: bodies by kind, as headers differ with the server."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.kinds: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        self.heads: dict[str, int] = {}
        self.session.on("Network.responseReceived", self._received)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def _received(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]
        self.heads[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def _finished(self, event: dict[str, Any]) -> None:
        kind = self.kinds.get(event["requestId"], "Other")
        body = int(event["encodedDataLength"]) - self.heads[event["requestId"]]
        self.bytes[kind] = self.bytes.get(kind, 0) + body


STOP = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const box = e.getBoundingClientRect();
    const ringed = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return {
        what: e.outerHTML.slice(0, 120),
        size: Math.min(box.width, box.height),
        covered: !(top && (e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top))),
        ring: ringed(getComputedStyle(e)) || ringed(getComputedStyle(e, '::after')),
    };
}"""


def tab_stops(page: Page, limit: int = 120) -> list[dict[str, Any]]:
    """Walk with the Tab key from the top and return each element that gets the focus."""
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    stops: list[dict[str, Any]] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop)
    return stops
