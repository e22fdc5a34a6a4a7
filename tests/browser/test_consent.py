"""Deciding about cookies in a real browser, without a script."""

import pytest
from playwright.sync_api import Browser, Page, expect

LOOK = """element => {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return ['backgroundColor', 'color', 'borderTopColor', 'borderTopWidth', 'fontSize', 'fontWeight',
    'fontFamily', 'paddingLeft', 'paddingTop', 'textDecorationLine', 'opacity']
    .map(name => style[name]).concat(Math.round(box.height));
}"""
SHIFT = """() => new Promise(resolve => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { shift += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => resolve(shift), 300);
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_accept_and_reject_look_alike(page: Page, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto("/about/")
    accept = page.get_by_role("button", name="Accept all")
    reject = page.get_by_role("button", name="Reject all")
    assert accept.evaluate(LOOK) == reject.evaluate(LOOK)
    boxes = [button.bounding_box() for button in (accept, reject)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    accept.focus()
    focused = accept.evaluate("e => getComputedStyle(e).outlineStyle")
    reject.focus()
    assert reject.evaluate("e => getComputedStyle(e).outlineStyle") == focused


def test_the_banner_moves_nothing(page: Page):
    page.goto("/about/")
    assert page.evaluate(SHIFT) == 0


@pytest.mark.parametrize("choice", ["Accept all", "Reject all"])
def test_one_press_answers_and_says_so(page: Page, choice):
    page.goto("/about/")
    page.get_by_role("button", name=choice).click()
    page.wait_for_url("**/about/?done=*#done")
    saved = page.locator("#done")
    expect(saved).to_be_visible()
    expect(saved).to_be_focused()
    assert page.get_by_role("region", name="Cookies on this site").count() == 0
    page.goto("/privacy/")
    assert page.locator("#done").is_visible() is False
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names == {"cookie_consent"} | ({"consent_receipt"} if choice == "Accept all" else set())


def test_a_receipt_is_shown_and_taken_back_in_two_presses(page: Page):
    page.goto("/cookies/")
    page.locator('input[name="analytics"][value="yes"]').check()
    page.get_by_role("button", name="Save my choices").click()
    page.get_by_role("link", name="See and download your consent receipt").click()
    expect(page.get_by_text("Analytics", exact=True)).to_be_visible()
    page.goto("/about/")
    page.get_by_role("contentinfo").locator('a[href="/cookies/"]').first.click()
    page.get_by_role("button", name="Reject all").click()
    page.wait_for_url("**#done")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["cookie_consent"]


def test_the_signal_is_shown_and_kept(browser: Browser, site: str):
    context = browser.new_context(
        base_url=site, extra_http_headers={"Sec-GPC": "1"}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/about/")
    assert page.get_by_text("opt-out preference signal is honored").is_visible()
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**#done")
    page.goto("/cookies/")
    assert page.get_by_text("Opt-out preference signal honored.").is_visible()
    assert page.locator('input[name="marketing"][value="no"]').is_checked()
    assert page.locator('input[name="preferences"][value="yes"]').is_checked()
    context.close()
