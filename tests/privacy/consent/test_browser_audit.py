"""The walk of the audit through a site, by a browser that is played."""

import contextlib
import io
import shutil
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from privacy.consent import browser_audit
from privacy.consent.audit_rules import Seen
from privacy.consent.browser_audit import Auditor
from privacy.consent.models import ServiceSwitch
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.loading import load_offer
from tests.privacy.consent.fake_browser import Browser

URL = "https://testserver/"
LINKS = [
    "https://testserver/about/",
    "https://testserver/about/",
    "https://testserver/accounts/login/",
    "https://testserver/admin/",
    "https://testserver/cookies/#main",
    "https://elsewhere.example/about/us/",
    "https://testserver/products/",
    "https://testserver/support/",
]
REFUSED = "Refused to load: it violates the Content Security Policy directive\n  img-src 'self'"


@pytest.fixture
def play(monkeypatch):
    """Put a played browser where Chromium would be started; give what it was started with."""

    def put(browser):
        launched = []

        def launch(**how):
            launched.append(how)
            return browser

        @contextlib.contextmanager
        def playwright():
            yield SimpleNamespace(chromium=SimpleNamespace(launch=launch))

        monkeypatch.setattr(browser_audit, "sync_playwright", playwright)
        return launched

    return put


@pytest.fixture
def audit(play, full_offer):
    """Walk through the site; give the auditor, the browser and what was told of each state."""

    def walk(offer=full_offer, *, pages=2, stand_in="honest", refuses=None, leaky=False, **options):
        browser = Browser(URL, offer, LINKS, refuses=refuses or {}, leaky=leaky)
        launched = play(browser)
        auditor = Auditor(URL, offer, pages=pages, stand_in=stand_in, **options)
        told = {}
        faults = auditor.run(lambda state, seen, found: told.update({state.title: found}))
        assert browser.closed
        assert all(context.closed for context in browser.contexts)
        return SimpleNamespace(
            auditor=auditor, browser=browser, told=told, faults=faults, launched=launched
        )

    return walk


def opened(done):
    """The pages that were opened in each state, after the look for links."""
    return dict(zip(done.told, (c.opened for c in done.browser.contexts[1:]), strict=True))


def test_third_parties_that_do_what_they_declare_give_no_fault(audit):
    done = audit()
    assert (len(done.told), done.faults) == (20, 0)
    analytics = done.auditor.seen["analytics"]
    assert {cookie.name for cookie in analytics.cookies} == {
        "__Host-cookie_consent", "_ga", "_ga_X",
    }  # fmt: skip
    assert "https://region1.google-analytics.com" in analytics.requested
    # The one is not let in by the other, though both load from one address.
    assert "https://www.google.com" not in analytics.requested


def test_each_state_is_walked_through_in_a_profile_of_its_own(audit):
    done = audit()
    held = {title: {c.name for c in seen.cookies} for title, seen in done.auditor.seen.items()}
    assert held["unanswered"] == set()
    assert held["everything refused"] == {"__Host-cookie_consent"}
    assert held["everything taken back"] == {"__Host-cookie_consent"}
    signalled = [c.headers for c in done.browser.contexts if c.headers]
    assert signalled == [{"Sec-GPC": "1"}] * 2
    assert held["accept all, with the signal"] == {"__Host-cookie_consent"}


def test_third_parties_that_do_more_than_they_declare_are_found(audit):
    done = audit(stand_in="rogue")
    assert done.told["analytics"] == [
        "the cookie rogue of testserver is not in the catalogue",
        "the storage key 'rogue' is not in the catalogue",
        "https://rogue.example was asked for",
    ]
    assert done.told["everything refused"] == []
    # What a visitor allowed once and took back is still found in the browser.
    assert done.told["everything taken back"][0].startswith("the cookie rogue")
    assert done.faults == sum(map(len, done.told.values()))


def test_only_ordinary_pages_of_the_site_are_opened_and_an_error_page(audit):
    everywhere = ["/", "/about/", "/products/", "/cookies/", "/no-such-page/"]
    secret = "/privacy/confirm/q7Xw2mVt9KpL4sRd/"
    pages = opened(audit(pages=3, addresses=[secret]))
    assert pages["unanswered"] == [*everywhere, secret]
    assert pages["everything refused"] == ["/cookies/", *everywhere, secret]
    assert pages["everything taken back"] == ["/cookies/", "/", "/cookies/", *everywhere, secret]
    # Where all may act, each page that lets nobody in is opened, and after it one that does.
    unlinked = pages["preferences + analytics + marketing + social"][1 + len(everywhere) :]
    assert unlinked[1::2] == ["/"] * len(unlinked[::2])
    assert {"/accounts/login/", "/privacy/copy/sample/", secret} <= set(unlinked[::2])
    # A state between the extremes differs from them on two pages as on all.
    assert pages["analytics"] == ["/cookies/", "/", "/about/"]


def test_a_short_audit_opens_no_page_that_nothing_leads_to_but_those_it_is_given(audit):
    secret = "/privacy/confirm/q7Xw2mVt9KpL4sRd/"
    pages = opened(audit(few=True, addresses=[secret]))
    linked = ["/cookies/", "/", "/about/", "/cookies/", "/no-such-page/"]
    assert pages["preferences + analytics + marketing + social"] == [*linked, secret, "/"]
    assert "preferences + analytics" not in pages


def test_a_site_that_lets_tags_onto_every_page_is_found_out(audit):
    secret = "/privacy/confirm/q7Xw2mVt9KpL4sRd/"
    done = audit(leaky=True, addresses=[secret])
    told = done.told["preferences + analytics + marketing + social"]
    assert f"{secret} permits https://www.youtube-nocookie.com" in told
    assert f"https://region1.google-analytics.com was told of {secret}" in told
    assert "https://px.ads.linkedin.com was told the fbclid of an address" in told
    assert (
        "https://region1.google-analytics.com was told the gclid of an address"
        in done.told["analytics"]
    )
    assert done.told["everything refused"] == []


def test_what_the_browser_refuses_is_a_fault(audit):
    done = audit(build_offer(), refuses={"/": REFUSED, "/about/": "Uncaught TypeError"})
    said = "the browser refused: " + " ".join(REFUSED.split())
    assert done.told["unanswered"] == [said]
    assert done.told["everything taken back"] == [said]  # once: not for what came before


def test_without_stand_ins_nothing_is_played(audit):
    done = audit(stand_in="")
    assert {context.routed for context in done.browser.contexts} == {None}
    assert {c.name for c in done.auditor.seen["analytics"].cookies} == {"__Host-cookie_consent"}


def test_the_own_site_is_never_played(audit):
    pattern, _ = audit().browser.contexts[1].routed
    assert not pattern.match(URL + "static/site.css")
    assert pattern.match("https://testserver.evil.example/static/site.css")


def test_chromium_is_the_one_that_the_machine_names(audit, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/chromium")
    assert audit().launched[0]["executable_path"] == "/opt/chromium"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert audit().launched[0]["executable_path"] == "/bin/chromium"
    monkeypatch.setattr(shutil, "which", {"chromium-headless-shell": "/bin/shell"}.get)
    assert audit().launched[0]["executable_path"] == "/bin/shell"


def test_a_cookie_that_outlives_what_was_said_is_found(audit, monkeypatch):
    two_days_ago = time.time() - 2 * 86400
    monkeypatch.setattr(browser_audit, "time", SimpleNamespace(time=lambda: two_days_ago))
    found = audit().told["analytics"]
    assert [fault.split(" lives ")[0] for fault in found] == ["the cookie _ga", "the cookie _ga_X"]


@pytest.mark.parametrize(
    ("kind", "text", "complaints"),
    [
        ("error", REFUSED, 1),
        ("warning", REFUSED, 0),
        ("error", "Uncaught TypeError", 0),
    ],
)
def test_only_an_error_about_the_content_security_policy_is_a_refusal(kind, text, complaints):
    seen = Seen()
    browser_audit._complaint(kind, text, seen)
    assert len(seen.complaints) == complaints


def run_command(*options):
    out = io.StringIO()
    try:
        call_command("audit_consent", URL, *options, stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_reports_each_state_and_ends_well_where_nothing_is_found(db, play):
    play(Browser(URL, load_offer(), LINKS))
    status, written = run_command("--stand-in", "honest", "--few")
    assert (status, written.splitlines()[-1]) == (0, "6 states, 0 faults")
    assert "analytics" in written


def test_the_command_names_each_fault_and_ends_with_a_failure(db, play):
    ServiceSwitch.objects.filter(key="google-analytics").update(identifier="G-TEST000001")
    play(Browser(URL, load_offer(), LINKS))
    status, written = run_command("--stand-in", "rogue")
    assert status == 1
    assert "  ! the cookie rogue of testserver is not in the catalogue" in written.splitlines()


def test_the_command_names_a_service_that_is_on_and_that_no_page_permits(db, play, full_offer):
    ServiceSwitch.objects.filter(key="google-analytics").update(identifier="G-TEST000001")
    play(Browser(URL, replace(full_offer, groups=()), LINKS))
    status, written = run_command()
    assert status == 1
    assert written.splitlines()[-2:] == [
        "  ! Google Analytics 4 is switched on, but no page ever permits it",
        "6 states, 1 faults",
    ]


def test_the_command_says_what_to_install_where_there_is_no_browser(db, monkeypatch):
    monkeypatch.setitem(sys.modules, "privacy.consent.browser_audit", None)
    with pytest.raises(CommandError, match=r"install requirements-dev\.txt and Chromium"):
        run_command()
