"""Deciding about cookies in a real browser, without a script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.measure import layout_shift

LOOK = """element => {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return ['backgroundColor', 'color', 'borderTopColor', 'borderTopWidth', 'fontSize', 'fontWeight',
    'fontFamily', 'paddingLeft', 'paddingTop', 'textDecorationLine', 'opacity']
    .map(name => style[name]).concat(Math.round(box.height));
}"""


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
    sixty_fourth = 1 / 64  # of a pixel: what a column may differ by, as the browser counts in these
    assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=sixty_fourth)
    assert boxes[0]["height"] == boxes[1]["height"]
    accept.focus()
    focused = accept.evaluate("e => getComputedStyle(e).outlineStyle")
    reject.focus()
    assert reject.evaluate("e => getComputedStyle(e).outlineStyle") == focused


def test_the_banner_moves_nothing(page: Page):
    page.goto("/about/")
    assert layout_shift(page) == 0


@pytest.mark.parametrize("choice", ["Accept all", "Reject all"])
def test_one_press_answers_and_says_so(page: Page, choice):
    page.goto("/about/")
    page.get_by_role("button", name=choice).click()
    page.wait_for_url("**/about/*#done")
    saved = page.locator("#done")
    expect(saved).to_be_visible()
    expect(saved).to_be_focused()
    expect(page.get_by_role("region", name="Cookies")).to_have_count(0)
    page.goto("/privacy/")
    expect(page.locator("#done")).not_to_be_visible()
    names = {cookie["name"] for cookie in page.context.cookies()}
    if choice == "Accept all":  # our own statistics begin, at their own time
        assert {"cookie_consent", "consent_receipt"} <= names
        names -= {"consent_receipt", "visit", "visitor"}
    assert names == {"cookie_consent"}


def test_a_receipt_is_shown_and_taken_back_in_two_presses(page: Page):
    page.goto("/cookies/")
    page.locator('input[name="analytics"][value="yes"]').check()
    page.get_by_role("button", name="Save my choices").click()
    page.get_by_role("link", name="See and download your consent receipt").click()
    expect(page.get_by_text("Analytics (Our visit statistics)", exact=True)).to_be_visible()
    page.goto("/about/")
    page.get_by_role("contentinfo").locator('a[href="/cookies/"]').first.click()
    page.get_by_role("button", name="Reject all").click()
    page.wait_for_url("**#done")
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names == {
        "cookie_consent",
        "consent_receipt",
    }  # the second finds proof of the withdrawal


def test_the_signal_is_shown_and_kept(browser: Browser, site: str):
    context = browser.new_context(
        base_url=site, extra_http_headers={"Sec-GPC": "1"}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/about/")
    expect(page.get_by_role("region", name="Cookies")).to_have_count(0)  # the signal has answered
    page.goto("/cookies/")
    expect(page.get_by_text("Opt-out preference signal honored.")).to_be_visible()
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**done=*")
    expect(page.locator('input[name="analytics"][value="no"]')).to_be_checked()
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("path", ["/contact/webmaster/", "/privacy/"])
def test_an_answer_below_a_form_takes_nothing_of_what_was_typed(
    browser: Browser, site: str, path, scripts
):
    context = browser.new_context(
        base_url=site, java_script_enabled=scripts, viewport={"width": 320, "height": 700}
    )
    page = context.new_page()
    page.goto(path)
    page.fill("#id_name", "Ada Example")
    page.fill("#id_message", "A long text.")
    page.get_by_role("button", name="Reject all").press("Enter")
    frame = page.frame_locator('iframe[name="answer"]')
    expect(frame.get_by_role("status")).to_have_text("Saved. The next page no longer asks.")
    expect(frame.get_by_role("status")).to_be_focused()
    expect(page).to_have_url(site + path)
    assert page.input_value("#id_name") == "Ada Example"
    assert page.input_value("#id_message") == "A long text."
    assert [cookie["name"] for cookie in context.cookies()] == ["cookie_consent"]
    shown = frame.locator("html").evaluate(
        "e => [e.scrollWidth - innerWidth, e.scrollHeight - innerHeight]"
    )
    assert max(shown) <= 0  # all of it is seen
    page.goto(path)
    expect(page.get_by_role("region", name="Cookies")).to_have_count(0)
    context.close()


def test_a_program_that_refuses_below_a_form_takes_neither_place_nor_focus(page: Page):
    page.add_init_script("""addEventListener('load', () => setTimeout(() => {
      document.querySelector('#id_name')?.focus({preventScroll: true});
      document.querySelector('.cookie-banner [value=reject]')?.click();
    }))""")  # what a test itself evaluates counts as done by the visitor
    page.goto("/contact/webmaster/")
    answer = page.frame_locator('iframe[name="answer"]').get_by_role("status")
    expect(answer).to_have_text("Saved. The next page no longer asks.")
    assert page.evaluate("[scrollY, document.activeElement.id]") == [0, "id_name"]


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_no_button_of_the_banner_and_no_word_of_it_stands_alone(page: Page, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/about/")
    buttons = page.locator(".cookie-banner .button")
    boxes = [button.bounding_box() for button in buttons.all()]
    assert len({(box["y"], box["height"]) for box in boxes if box}) == 1
    lines = buttons.evaluate_all(
        """all => all.map(one => {
          const range = document.createRange();
          range.selectNodeContents(one);
          return new Set([...range.getClientRects()].map(line => Math.round(line.top))).size;
        })"""
    )
    assert lines == [1, 1, 1]


@pytest.mark.parametrize("width", [320, 1280])
def test_the_banner_is_reached_first_and_covers_nothing_that_has_the_focus(page: Page, width):
    page.set_viewport_size({"width": width, "height": 256})  # as at 400 % of a small screen
    page.goto("/about/")
    position = page.locator(".cookie-banner").evaluate(
        "e => [getComputedStyle(e).position, getComputedStyle(e).top, getComputedStyle(e).bottom]"
    )
    assert position == ["sticky", "auto", "auto"]
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # past the last one
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        assert page.evaluate(
            """() => {
              const one = document.activeElement, box = one.getBoundingClientRect();
              const top = document.elementFromPoint(
                box.left + Math.min(box.width / 2, innerWidth - box.left - 1),
                box.top + Math.min(box.height / 2, innerHeight - box.top - 1));
              return top !== null && (one.contains(top) || top.contains(one));
            }"""
        ), reached[-1]
    assert reached[:5] == [
        "privacy policy", "Accept all", "Reject all", "Choose", "Skip to main content",
    ]  # fmt: skip
