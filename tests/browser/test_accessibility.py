"""The keyboard, forms with faults, open menus, and paper. All pages: test_every_page.py."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.measure import axe_violations, sideways, tab_stops
from tests.factories.people import make_person

FORMS = ("/contact/webmaster/", "/accounts/register/", "/accounts/login/")
WIDTHS = (320, 640, 1280)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/privacy/", "/cookies/", "/contact/webmaster/"])
def test_whoever_uses_the_tab_key_sees_where_they_are(page, path, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    stops = tab_stops(page)
    assert len(stops) > 5
    assert [stop for stop in stops if stop["covered"] or not stop["ring"] or stop["size"] < 1] == []


def test_once_the_question_is_answered_the_first_tab_leads_past_the_menu(page):
    page.goto("/products/")
    with page.expect_navigation():
        page.get_by_role("button", name="Reject all").click()
    page.goto("/products/")
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_with_faults_says_so_first_and_links_to_each(page, path, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    with page.expect_navigation() as sent:
        page.locator("main form").last.locator("button").last.click()
    summary = page.locator("[role=alert]")
    assert sent.value.status == 422
    assert page.title().startswith("Error: ")
    expect(summary).to_have_count(1)
    expect(page.locator("[role=alert]:focus, :focus:has([role=alert])")).to_have_count(1)
    links = summary.locator("a")
    targets = [links.nth(n).get_attribute("href") for n in range(links.count())]
    assert targets != []
    assert [t for t in targets if page.locator(t).count() != 1] == []
    assert [t for t in targets if page.locator(t).get_attribute("aria-invalid") != "true"] == []
    assert axe_violations(page) == []


def test_the_menu_opens_and_closes_by_keyboard(page):
    page.goto("/")
    button = page.get_by_role("button", name="Products submenu")
    first = page.locator("nav[aria-label=Main]").get_by_role(
        "link", name="Industrial Switch Mode Battery Chargers"
    )
    expect(first).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(first).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Tab")
    expect(page.locator("[popover] :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
    expect(button).to_be_focused()


def test_the_phone_menu_opens_as_one_sheet(page):
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto("/")
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.locator("#menu").get_by_role("link", name="Support", exact=True)).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_the_menu_works_without_script(page):
    page.goto("/")
    page.get_by_role("button", name="Support submenu").click()
    page.locator("nav[aria-label=Main]").get_by_role("link", name="White Papers").click()
    expect(page).to_have_url(re.compile("/support/white-papers/$"))
    expect(page.locator("h1")).to_have_text("White Papers")


@pytest.mark.parametrize("path", ["/privacy/record/", "/cookies/"])
def test_wide_tables_print_whole(page, path):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # the width of A4 within its margins
    page.goto(path)
    cut = page.evaluate(
        """[...document.querySelectorAll(".scroll")].filter(region =>
             getComputedStyle(region).overflowX !== "visible"
             || [...region.querySelectorAll("*")].some(
               cell => cell.getBoundingClientRect().right > document.body.clientWidth)
           ).map(region => region.ariaLabel)"""
    )
    assert page.locator("main table").count() > 0
    assert cut == []


def test_the_page_prints_without_menu_and_banner(page):
    page.emulate_media(media="print")
    page.goto("/privacy/")
    expect(page.locator("nav[aria-label=Main]")).not_to_be_visible()
    expect(page.locator(".cookie-banner")).not_to_be_visible()
    expect(page.locator("h1")).to_be_visible()


NAME = "Ramaswamyvenkatasubramanianraghunathan" * 3
ARABIC = "\u0634\u0631\u0643\u0629" * 30
CONTROLS_WITHOUT_BORDER = """() => [...document.querySelectorAll(
        '.button, form button, input:not([type=hidden]), select, textarea')]
    .filter(one => one.checkVisibility() && !['checkbox', 'radio', 'file'].includes(one.type))
    .filter(one => {
        const {borderTopStyle, borderTopWidth} = getComputedStyle(one);
        return borderTopStyle === 'none' || parseFloat(borderTopWidth) < 1;
    }).map(one => one.outerHTML.slice(0, 100))"""


def test_with_colors_of_the_visitors_own_controls_keep_borders_and_states_their_words(page):
    page.emulate_media(forced_colors="active")
    page.goto("/contact/webmaster/")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert page.evaluate(CONTROLS_WITHOUT_BORDER) == []
    page.goto("/privacy/promises/")
    states = page.locator("main .state").all_inner_texts()
    assert len(states) > 100
    assert [state for state in states if not re.search(r"[a-z]{4}", state)] == []


@pytest.mark.parametrize("name", [NAME, ARABIC], ids=["long", "arabic"])
def test_a_long_unbroken_name_scrolls_no_page_of_its_own_sideways(page, log_in, a_name, name):
    page.set_viewport_size({"width": 320, "height": 800})
    log_in(make_person(a_name("long"), name=name[:150], company=name[:150]))
    wide = {}
    for path in ("/accounts/data/", "/accounts/profile/", "/contact/webmaster/"):
        page.goto(path)
        assert page.url.endswith(path)
        wide[path] = sideways(page)
    assert set(wide.values()) == {0}, wide


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_written_from_right_to_left_do_not_scroll_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for path in ("/", "/privacy/", "/privacy/promises/", "/downloads/", "/cookies/"):
        page.goto(path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        wide[path] = sideways(page)
    assert set(wide.values()) == {0}, wide


@pytest.mark.parametrize("path", ["/", "/privacy/", "/contact/webmaster/"])
def test_a_page_without_its_style_sheets_still_reads(page, watch, path):
    watch.expect(".css")
    page.route("**/*.css", lambda route: route.abort())
    page.goto(path)
    assert page.locator(".skip").evaluate("link => getComputedStyle(link).position") == "static"
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("link", name="Skip to main content")).to_be_visible()
    taller = """[...document.querySelectorAll('svg, img')]
        .filter(one => one.getBoundingClientRect().height > innerHeight).length"""
    assert page.evaluate(taller) == 0
    order = page.evaluate("""() => ['.skip', 'h1', 'footer'].map(
        name => document.querySelector(name).getBoundingClientRect().top)""")
    assert order == sorted(order)
