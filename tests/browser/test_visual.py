"""Twelve kinds of page beside their reference pictures: what has moved or changed color is seen.

`make reference-pictures` renews them (docs/design.md). A picture is half as large as the page, so
that twelve of them weigh little; a pixel of it counts as changed beyond what another version of the
browser does to the edge of a letter.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from tests.browser.still import StillSite, add_style, settle, still_site, stopped
from tests.factories.people import make_person

REFERENCE = Path(__file__).parent / "reference"
FAILED = Path(settings.BASE_DIR) / "test-results" / "visual"
COMPANIES = sorted(one.name for one in (Path(settings.BASE_DIR) / "content").iterdir())
RENEW = bool(os.environ.get("RENEW_REFERENCE"))
SCALE = 0.5
STEP = 12
"""By how much one of a pixel's three colors has to differ, of 255."""
SHARE = 0.001
"""Of how many pixels that is too many."""


CHANGES = (
    "main > * { margin-top: 4px !important; }",
    "main :is(p, li) { line-height: 1.65 !important; }",
    "a { color: #0a5d95 !important; }",
    ".top { background: #f1f5f6 !important; }",
)


@dataclass(frozen=True)
class Kind:
    """A kind of page, and how it is looked at."""

    path: str
    width: int = 1280
    height: int = 1500
    dark: bool = False
    prepare: Callable[[Page], None] | None = None


def send_empty(page: Page) -> None:
    """Send the form of the page as it stands."""
    page.locator("main form").last.locator("button").last.click()
    page.wait_for_load_state()


KINDS = {
    "home": Kind("/"),
    "family": Kind("/products/dc-systems-dc-ups/", dark=True),
    "policy": Kind("/privacy/"),
    "policy-on-a-phone": Kind("/privacy/", width=360),
    "board": Kind("/privacy/promises/"),
    "promise": Kind("/privacy/p/66/", dark=True),
    "comparison": Kind("/privacy/compare/1/2/"),
    "cookies": Kind("/cookies/", width=360, dark=True),
    "downloads": Kind("/downloads/"),
    "search": Kind("/search/?q=battery"),
    "form-with-an-error": Kind("/contact/webmaster/", prepare=send_empty),
    "account": Kind("/accounts/data/"),
}


def look(site: StillSite, kind: Kind, css: str = "") -> Image.Image:
    """Photograph a page."""
    page = site.page(kind.width, kind.height, dark=kind.dark, scale=SCALE)
    response = page.goto(kind.path)
    assert response is not None
    assert response.status == 200
    if kind.prepare:
        kind.prepare(page)
    settle(page)
    if css:
        add_style(page, css)
    taken = page.screenshot(animations="disabled")
    page.context.close()
    return Image.open(BytesIO(taken)).convert("RGB")


def small(picture: Image.Image) -> Image.Image:
    """Return the picture in few colors, each at most seven steps from what it was."""
    coarse = picture.point([value // 8 * 255 // 31 for value in range(256)] * 3)
    used = coarse.getcolors(256)
    if used is None:
        return coarse
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, color in used for part in color])  # type: ignore[union-attr]
    return coarse.quantize(palette=palette, dither=Image.Dither.NONE)


def share_of_changed(now: Image.Image, before: Image.Image) -> float:
    """Return which share of the pixels differs."""
    if now.size != before.size:
        return 1.0
    red, green, blue = ImageChops.difference(now, before).split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(strongest.histogram()[STEP + 1 :]) / (now.width * now.height)


def test_each_kind_of_page_looks_as_its_reference_picture(site: str, browser: Browser):
    changed = {}
    with still_site(browser) as still:
        with stopped():
            still.client.force_login(make_person("ida", name="Ida Example"))
        session = dict(still.client.cookies)
        for name, kind in KINDS.items():
            still.client.cookies.clear()
            if name == "account":
                still.client.cookies.update(session)
            now, file = look(still, kind), REFERENCE / f"{name}.png"
            if RENEW:
                small(now).save(file, optimize=True)
            share = share_of_changed(now, Image.open(file).convert("RGB")) if file.exists() else 1
            if share > SHARE:
                FAILED.mkdir(parents=True, exist_ok=True)
                now.save(FAILED / file.name)
                changed[name] = f"{share:.2%} of the picture"
    assert changed == {}


def test_a_changed_margin_or_color_does_not_pass(site: str, browser: Browser):
    kind = KINDS["policy"]
    with still_site(browser) as still:
        before = small(look(still, kind)).convert("RGB")
        shares = {css: share_of_changed(look(still, kind, css), before) for css in CHANGES}
    assert share_of_changed(before, before) == 0
    assert {css: share for css, share in shares.items() if share <= SHARE} == {}


@pytest.mark.parametrize("company", COMPANIES)
def test_the_picture_beside_a_shared_link_is_drawn_from_its_drawing(browser: Browser, company: str):
    folder = Path(settings.BASE_DIR) / "content" / company / "static" / "img"
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    page.set_content(f"<style>body {{ margin: 0 }}</style>{(folder / 'share.svg').read_text()}")
    drawn = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.close()
    file = folder / "share.png"
    if RENEW and share_of_changed(drawn, Image.open(file).convert("RGB")) > SHARE:
        drawn.quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)
    assert share_of_changed(drawn, Image.open(file).convert("RGB")) <= SHARE
