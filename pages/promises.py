"""Promises about every page: what a first visit sets, loads, offers and says."""

import re
from collections.abc import Iterable

from django.conf import settings

from pages.navigation import TRAILS, walk
from privacy.policy.promises import Answer, Evidence, RunningSite, promise, require
from sens_site.lib.company import COMPANY

# What makes a browser fetch something by itself. A link that a reader follows does not.
_LOADS = re.compile(
    r"<(?:script|img|iframe|source|embed|video|audio|track|input)\b[^>]*?\bsrc=[\"']?([^\"'\s>]+)"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|icon|preload|preconnect|dns-prefetch|manifest|"
    r"prefetch|modulepreload|apple-touch-icon))[^>]*?\bhref=[\"']?([^\"'\s>]+)"
    r"|<object\b[^>]*?\bdata=[\"']?([^\"'\s>]+)",
    re.IGNORECASE,
)
_LINK = re.compile(r"<a\b[^>]*?\bhref=[\"']?([^\"'\s>]+)", re.IGNORECASE)
_HIDDEN_IMAGE = re.compile(
    r"<img\b[^>]*(?:\b(?:width|height)=[\"']?[01][\"'\s>]|\bhidden\b)", re.IGNORECASE
)
ERRORS = {"/no-such-page/": 404}


def public_answers(site: RunningSite, **headers: str) -> list[Answer]:
    """Open every public address, and an error page, each as a visitor without cookies."""
    answers = [site.get(node.path, **headers) for node in walk()]
    for answer in answers:
        require(answer.status == 200, f"{answer.path} answers {answer.status}")
    return [*answers, *(site.get(path, **headers) for path in ERRORS)]


def loaded_addresses(answer: Answer) -> list[str]:
    """Return what a browser would fetch for a page by itself."""
    return ["".join(groups) for groups in _LOADS.findall(answer.text)]


def foreign(addresses: Iterable[str]) -> list[str]:
    """Return the addresses that name another origin."""
    return [
        one
        for one in addresses
        if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", one, re.IGNORECASE)
        and not one.startswith(settings.SITE_ORIGIN + "/")
    ]


def csp_origins(answer: Answer) -> list[str]:
    """Return the origins that a page's policy allows beside its own."""
    words = answer.header("Content-Security-Policy").replace(";", " ").split()
    return sorted({word for word in words if "://" in word or word.startswith(("*", "//"))})


@promise("site.register-and-login")
def register_and_login_on_every_page(site: RunningSite) -> Evidence:
    """Both links stand on every page and lead to a page."""
    pages = public_answers(site)
    for path in ("/accounts/register/", "/accounts/login/"):
        missing = [answer.path for answer in pages if path not in _LINK.findall(answer.text)]
        require(not missing, f"{len(missing)} pages lack a link to {path}, first {missing[:1]}")
    return Evidence("Every page links to both, and both open.", {"pages": len(pages)})


@promise("footer.privacy-and-legal", "terms.also-apply")
def privacy_and_legal_on_every_page(site: RunningSite) -> Evidence:
    """Both links stand on every page and lead to a page."""
    pages = public_answers(site)
    for path in ("/privacy/", "/legal/"):
        missing = [answer.path for answer in pages if path not in _LINK.findall(answer.text)]
        require(not missing, f"{len(missing)} pages lack a link to {path}, first {missing[:1]}")
    return Evidence("Every page links to both, and both open.", {"pages": len(pages)})


@promise("ads.opt-out")
def cookie_settings_on_every_page(site: RunningSite) -> Evidence:
    """The settings are one press away, and taking consent back deletes the cookie's grants."""
    pages = public_answers(site)
    missing = [answer.path for answer in pages if "/cookies/" not in _LINK.findall(answer.text)]
    require(not missing, f"{len(missing)} pages lack a link to /cookies/, first {missing[:1]}")
    visitor = site.visitor()
    with site.rehearsal():
        visitor.post("/cookies/choose/", {"choice": "accept", "next": "/"})
        granted = dict(visitor.cookies)
        visitor.post("/cookies/choose/", {"choice": "reject", "next": "/"})
    require(granted.get(settings.COOKIE_CONSENT_NAME), "accepting leaves no choice to take back")
    require(
        visitor.cookies.get(settings.COOKIE_CONSENT_NAME)
        != granted.get(settings.COOKIE_CONSENT_NAME),
        "rejecting after accepting changes nothing",
    )
    return Evidence(
        "Every page links to the settings, and rejecting there takes a consent back.",
        {"pages": len(pages)},
    )


@promise("information.may-decline", "cookies.disabled-costs-features")
def all_pages_open_without_account_and_cookies(site: RunningSite) -> Evidence:
    """Each public address answers a visitor who never sends a cookie."""
    pages = public_answers(site)
    private = [path for path in ("/accounts/profile/", "/accounts/delete/")]
    for path in private:
        answer = site.get(path)
        require(answer.status == 302, f"{path} answers {answer.status} to a stranger")
    return Evidence(
        "Every public page opened without account and without cookies; only pages of an account "
        "ask to sign in.",
        {"public pages": len(pages) - len(ERRORS), "pages that need an account": len(private)},
    )


@promise("cookies.none-before-consent", "cookies.remember-preferences", "cookies.recognize-return")
def no_cookie_on_a_first_visit(site: RunningSite) -> Evidence:
    """No public GET sets anything or names another company."""
    pages = public_answers(site)
    for answer in pages:
        require(not answer.set_cookies, f"{answer.path} sets {', '.join(answer.set_cookies)}")
        strangers = foreign(loaded_addresses(answer)) + csp_origins(answer)
        require(not strangers, f"{answer.path} names {strangers[:1]}")
    return Evidence(
        "No page set a cookie or named another company’s address.",
        {"pages opened": len(pages), "cookies set": 0, "other companies named": 0},
    )


@promise(
    "beacons.in-pages",
    "pixels.may-track",
    "pixels.browser-opt-out",
    "cookies.traffic-analysis",
    "cookies.social-features",
    "usage.time-and-areas",
    "ads.remarketing",
    "ads.third-party-cookies",
)
def nothing_is_loaded_from_elsewhere_before_consent(site: RunningSite) -> Evidence:
    """Without a consent no page loads, or permits loading, anything from another company."""
    pages = public_answers(site)
    loaded = 0
    for answer in pages:
        addresses = loaded_addresses(answer)
        loaded += len(addresses)
        require(not foreign(addresses), f"{answer.path} loads {foreign(addresses)[:1]}")
        require(not csp_origins(answer), f"{answer.path} permits {csp_origins(answer)[:1]}")
        require(not _HIDDEN_IMAGE.search(answer.text), f"{answer.path} holds a hidden picture")
        require(
            not re.search(r"<script\b(?![^>]*application/ld\+json)", answer.text),
            f"{answer.path} runs a script before consent",
        )
    return Evidence(
        "No page loads a script, a picture or anything else from another company before consent.",
        {"pages opened": len(pages), "own files loaded": loaded, "foreign files loaded": 0},
    )


@promise("pixels.decline-marketing")
def declining_keeps_everything_out(site: RunningSite) -> Evidence:
    """After "Reject all" no page loads or permits anything foreign."""
    visitor = site.visitor()
    with site.rehearsal():
        visitor.post("/cookies/choose/", {"choice": "reject", "next": "/"})
    require(visitor.cookies, "rejecting leaves no choice behind")
    for node in walk():
        answer = visitor.get(node.path)
        strangers = foreign(loaded_addresses(answer)) + csp_origins(answer)
        require(not strangers, f"after rejecting, {answer.path} names {strangers[:1]}")
    return Evidence(
        "After Reject all, no page names another company.",
        {"pages opened": len(TRAILS), "cookies held": len(visitor.cookies)},
    )


@promise("cookies.personalize-content")
def the_same_page_for_everybody(site: RunningSite) -> Evidence:
    """Two visitors with different browsers get the same bytes."""
    languages = {"Accept_Language": "de", "User_Agent": "One/1.0", "Referer": "https://a.test/"}
    for node in walk():
        first, second = site.get(node.path), site.get(node.path, **languages)
        require(first.text == second.text, f"{node.path} differs between two visitors")
    return Evidence("Two different visitors got the same bytes of every page.",
                    {"pages compared": len(TRAILS)})  # fmt: skip


@promise("signals.do-not-track")
def do_not_track_changes_nothing(site: RunningSite) -> Evidence:
    """Each page is the same with `DNT: 1` and without it."""
    for node in walk():
        plain, signalled = site.get(node.path), site.get(node.path, DNT="1")
        same = (plain.status, plain.text, dict(plain.headers)) == (
            signalled.status,
            signalled.text,
            dict(signalled.headers),
        )
        require(same, f"{node.path} differs with DNT: 1")
    return Evidence("Every page and its headers are the same with the signal.",
                    {"pages compared": len(TRAILS)})  # fmt: skip


@promise("contact.address-and-phone")
def address_and_phone_agree(site: RunningSite) -> Evidence:
    """Policy, footer and structured data give the same address and number."""
    policy, contact = site.get("/privacy/"), site.get("/contact/")
    footer = policy.text.rpartition("<footer")[2]
    text = policy.text.rpartition("<footer")[0]
    for part in (COMPANY.street, COMPANY.locality, COMPANY.postal_code):
        require(part in footer, f"the footer lacks {part}")
        require(part in text, f"the policy lacks {part}")
        require(part in contact.text, f"the contact page lacks {part}")
    digits = re.sub(r"\D", "", COMPANY.toll_free)
    for place, words in (("policy", text), ("footer", footer)):
        require(digits in re.sub(r"[^\d<>]", "", words), f"the {place} lacks the toll-free number")
    machines = re.findall(r'"(?:streetAddress|telephone)":"([^"]+)"', contact.text)
    require(COMPANY.street in machines, "the contact page's structured data lack the address")
    return Evidence("Policy, footer and the page’s data for machines give one address and number.")


@promise("footer.copyright-year")
def copyright_year_is_that_of_the_last_update(site: RunningSite) -> Evidence:
    """The copyright line ends in the year in which the policy was last updated."""
    page = site.get("/privacy/").text
    updated = re.search(r'"dateModified":"(\d{4})', page)
    line = re.search(r"©\s*\d{4}–(\d{4})", page)
    require(updated and line, "the page lacks the date or the copyright line")
    assert updated is not None
    assert line is not None
    require(updated[1] == line[1], f"updated in {updated[1]}, copyright until {line[1]}")
    return Evidence(f"Both say {line[1]}.")


@promise("links.to-others")
def links_to_other_sites_are_known(site: RunningSite) -> Evidence:
    """An inventory of outside links, made from the pages as they are."""
    pages = public_answers(site)
    outside = {one for answer in pages for one in foreign(_LINK.findall(answer.text))}
    require(outside, "the site links to no other site, so the sentence is idle")
    plain = sorted(one for one in outside if one.startswith("http://"))
    require(not plain, f"a link is not encrypted: {plain[:1]}")
    domains = sorted({one.split("/")[2] for one in outside})
    return Evidence(
        f"The pages link to {len(domains)} other sites: {', '.join(domains)}.",
        {"links": len(outside), "sites": len(domains)},
    )
