"""Questions that tests ask of a page: axe, width, what the keyboard reaches, what was stored."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, ViewportSize

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe().axe_script
DJANGOS = ["label", "link-in-text-block", "target-size"]
"""What the staff's site breaks in templates of Django's: the box to search in, crumbs, filters."""
COLOR_RULES = ["color-contrast", "link-in-text-block"]
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 320, "height": 800}
SHAPE = """() => [...document.querySelectorAll('*')].map(element => {
    const {x, y, width, height} = element.getBoundingClientRect();
    const {display, visibility, opacity} = getComputedStyle(element);
    return [element.localName, x, y, width, height, display, visibility, opacity].join(' ');
})"""


def axe_violations(
    page: Page,
    rules: list[str] | None = None,
    *,
    without: list[str] | None = None,
    desk: bool = False,
) -> list[str]:
    """Return what axe finds wrong on the page as it stands: by all rules, by some, or by all but some."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    tags = [tag for tag in TAGS if tag != "best-practice"] if desk else TAGS
    chosen = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": tags}
    options = {
        "runOnly": chosen,
        "rules": {
            rule: {"enabled": False} for rule in [*(without or []), *(DJANGOS if desk else [])]
        },
        "resultTypes": ["violations"],  # of what passes axe then tells no details: half the time
    }
    # Only this comes over the wire: axe tells much more.
    found = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{v['id']}: {n['html'][:160]} {n['failureSummary']}" for v in found for n in v["nodes"]
    ]


DANGLING = """() => {
    const lists = ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns',
                   'aria-errormessage', 'aria-details', 'headers', 'list', 'form', 'popovertarget'];
    const there = id => document.getElementById(id) !== null;
    const wrong = [];
    for (const name of lists)
        for (const element of document.querySelectorAll(`[${name}]`))
            for (const id of element.getAttribute(name).split(/\\s+/))
                if (id && !there(id)) wrong.push(`${name}="${id}" names nothing`);
    for (const link of document.querySelectorAll('a[href*="#"], use[href^="#"]')) {
        const [page, id] = link.getAttribute('href').split('#');
        const own = page === '' || new URL(page, location).href === location.href.split('#')[0];
        if (own && id && !there(decodeURIComponent(id))) wrong.push(`#${id} leads nowhere`);
    }
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    return wrong.concat(ids.filter((id, n) => ids.indexOf(id) !== n).map(id => `two of ${id}`));
}"""


def dangling_references(page: Page) -> list[str]:
    """Return what names an id that the page does not have, and each id that it has twice."""
    return list(page.evaluate(DANGLING))


def sideways(page: Page) -> int:
    """Return by how many pixels the page can be scrolled sideways."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


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
    """Return the sum of layout shifts so far, to the three decimals of the budget: 0.000.

    A browser on a busy machine counts a part of a pixel that a letter moves as some millionths.
    """
    shift = float(
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
    return round(shift, 3)


def faults(page: Page, address: str, *, dark: bool = True, desk: bool = False) -> list[str]:
    """Open a page and return what is wrong with it.

    Its colors are looked at once: they are the same at each width. In the dark everything has to
    stand where it stood, so that nothing but colors can be wrong there. On the staff's site a script
    of Django's moves the list at the left while a page arrives, and some forms are wider than a phone.
    """
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    response = page.goto(address)
    assert response is not None
    wrong = axe_violations(page, desk=desk)
    wrong += dangling_references(page)
    if not desk and (shift := layout_shift(page)):
        wrong.append(f"layout shift {shift}")
    if dark:
        light = page.evaluate(SHAPE)
        page.emulate_media(color_scheme="dark")
        pairs = zip(light, page.evaluate(SHAPE), strict=True)
        wrong += [f"in the dark {there}, not {here}" for here, there in pairs if here != there]
        wrong += [f"in the dark {fault}" for fault in axe_violations(page, COLOR_RULES)]
    for size in (WIDE,) if desk else (WIDE, NARROW):
        page.set_viewport_size(size)
        if over := sideways(page):
            wrong.append(f"at {size['width']} px it scrolls sideways by {over} px")
    page.set_viewport_size(NARROW)
    narrow = axe_violations(page, without=COLOR_RULES, desk=desk)
    return wrong + [f"at 320 px {fault}" for fault in narrow]


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

    def head_of(self, kind: str) -> int:
        """Return the bytes of status line and headers of the first response of a kind."""
        return next(self.heads[one] for one, its in self.kinds.items() if its == kind)

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
