"""Promises about every page: what each offers and says, and where its links lead."""

import json
import re
from collections.abc import Iterable

from pages.company_names import name_in_footer, names_of, organizations_in
from pages.navigation import HOME
from pages.tree import live_tree
from privacy.datamap.agreement import sentences
from privacy.policy.promises.record import in_force
from privacy.promises.page_reader import foreign
from privacy.promises.played_clock import in_another_year
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.seen_links import are_seen, footer_of

SHORTEST_NUMBER = 7
"""Digits of a telephone number; fewer would be found in any text."""
OF_EACH_KIND = (
    "/",
    "/contact/webmaster/",
    "/accounts/login/",
    "/newsletter/",
    "/privacy/",
    "/lost/",
)
"""A page of the tree, a form, an account's page, a room's page, the policy, an error page."""
DIFFERENT = {"Accept_Language": "de", "User_Agent": "One/1.0", "Referer": "https://a.test/"}


def pages_linking_to(site: RunningSite, *paths: str) -> int:
    """Require that every page links to some paths, and that these open; return how many pages."""
    for path in paths:
        missing = [answer.path for answer in site.pages if path not in answer.page.links]
        require(not missing, f"{len(missing)} pages lack a link to {path}, first {missing[:1]}")
        status = site.get(path).status
        require(status == 200, f"{path} answers {status}")
    return len(site.pages)


def tree(site: RunningSite) -> list[Answer]:
    """Return the pages of the navigation tree as a first-time visitor gets them."""
    known = {answer.path: answer for answer in site.pages}
    return [known[node.path] for node in live_tree().walk() if node.path in known]


def digits_of(words: str) -> str:
    """Return the digits of a text, which tell telephone numbers however they are written."""
    return re.sub(r"\D", "", words)


@promise("site.register-and-login", look=Look.NOW)
def register_and_login_on_every_page(site: RunningSite) -> Evidence:
    """Both links stand on every page and lead to a page."""
    pages = pages_linking_to(site, "/accounts/register/", "/accounts/login/")
    are_seen(site, site.pages, "/accounts/register/", "/accounts/login/")
    return Evidence("Every page links to both, and both open.", {"pages": pages})


@promise("footer.privacy-and-legal", look=Look.NOW)
def privacy_and_legal_on_every_page(site: RunningSite) -> Evidence:
    """Both links stand in the footer of every page and lead to a page."""
    for answer in site.pages:
        footer = answer.page.first("footer")
        links = [a.get("href") for a in footer.all("a")] if footer else []
        missing = {"/privacy/", "/legal/"} - set(links)
        require(not missing, f"the footer of {answer.path} lacks {sorted(missing)}")
    pages = pages_linking_to(site, "/privacy/", "/legal/")
    are_seen(site, site.pages, "/privacy/", "/legal/", inside=footer_of)
    return Evidence(
        "The footer of every page links to both, and both open, on error pages too.",
        {"pages": pages},
    )


@promise("policy.breadcrumb", look=Look.NOW)
def the_policy_stands_under_home(site: RunningSite) -> Evidence:
    """A stranger opens the page; the path is shown to people and told to machines."""
    answer = site.get("/privacy/")
    require(answer.status == 200, f"/privacy/ answers {answer.status} to a stranger")
    lists = [nav for nav in answer.page.all("nav") if nav.get("aria-label") == "Breadcrumb"]
    require(len(lists) == 1, f"the page holds {len(lists)} breadcrumbs")
    steps = [item.text for item in lists[0].all("li")]
    require(steps == [HOME.label, "Privacy"], f"the path reads {' > '.join(steps)}")
    first = lists[0].first("a")
    require(first is not None and first.get("href") == HOME.path, "its first step is not Home")
    told = [one for one in answer.page.structured if one.get("@type") == "BreadcrumbList"]
    names = [step.get("name") for one in told for step in one["itemListElement"]]
    require(names == steps, f"machines are told {names}")
    return Evidence("The page opens without logging in, and its path reads Home > Privacy.")


@promise("information.may-decline", look=Look.NOW)
def all_pages_open_to_who_tells_nothing(site: RunningSite) -> Evidence:
    """Each address that a link leads to answers a visitor who gives neither name nor cookie."""
    reached = {answer.path for answer in site.pages}
    missing = [n.path for n in live_tree().walk() if n.path not in reached]
    if site.most_pages > len(site.pages):
        require(not missing, f"{len(missing)} pages do not open, first {missing[:1]}")
    dead = [one.path for one in site.closed if one.status not in (301, 302)]
    require(not dead, f"{len(dead)} links lead nowhere, first {dead[:1]}")
    asked = [
        answer.path
        for answer in site.pages
        if (heading := answer.page.first("h1")) and heading.text.startswith("Log in")
    ]
    require(set(asked) <= {"/accounts/login/"}, f"{asked[:1]} asks to log in first")
    return Evidence(
        "Every page that a link leads to opened without account and without cookies.",
        {"pages opened": len(site.pages), "dead links": 0},
    )


@promise("cookies.personalize-content", look=Look.NOW)
def the_same_page_for_everybody(site: RunningSite) -> Evidence:
    """Visitors who differ in language, browser and origin get the same bytes."""
    pages = tree(site)
    for answer in pages:
        if site.get(answer.path, **DIFFERENT).text != answer.text:
            # It may have been changed since it was opened: then two who come now get the same.
            now = site.get(answer.path).text
            other = site.get(answer.path, **DIFFERENT)
            require(now == other.text, f"{answer.path} differs between two visitors")
    return Evidence(
        "Two visitors with different browsers got the same bytes of every page.",
        {"pages compared": len(pages)},
    )


def _all_of(answer: Answer) -> tuple[int, str, dict[str, str]]:
    return answer.status, answer.text, dict(answer.headers)


@promise("signals.do-not-track", look=Look.NOW)
def do_not_track_changes_nothing(site: RunningSite) -> Evidence:
    """Each page is the same with `DNT: 1` and without it."""
    pages = tree(site)
    for answer in pages:
        other = site.get(answer.path, DNT="1")
        if _all_of(answer) != _all_of(other):
            # What differs each time does not differ for the signal.
            unlike = _all_of(site.get(answer.path)) != _all_of(answer)
            require(unlike, f"{answer.path} differs with the signal")
    return Evidence(
        "Every page and its headers are the same with the signal and without it.",
        {"pages compared": len(pages)},
    )


@promise("contact.address-and-phone", look=Look.NOW)
def address_and_phone_agree(site: RunningSite) -> Evidence:
    """What the policy gives as name, address and number stands in every footer, and machines are told it."""
    said = sentences(in_force().source_text).get("contact.address-and-phone", "").split("\\")
    require(len(said) > 3, "the policy gives no name and address in lines of their own")
    street, town, number = said[-3].strip(), said[-2].strip(), digits_of(said[-1])
    require(len(number) >= SHORTEST_NUMBER, "the policy gives no telephone number")
    named = _one_company_is_named(site, said[-4].rpartition(": ")[2].strip())
    contact = site.get("/contact/")
    for answer in (*site.pages, contact):
        footer = answer.page.first("footer")
        text = footer.text if footer else ""
        lacking = [part for part in (street, *town.split(", ")) if part not in text]
        require(not lacking, f"the footer of {answer.path} lacks {lacking[:1]}")
        require(number in digits_of(text), f"the footer of {answer.path} lacks the number")
    body = contact.page.first("main")
    require(body and street in body.text, "the contact page lacks the address")
    told = json.dumps(contact.page.structured)
    require(street in told, "the contact page does not tell machines the address")
    numbers = [digits_of(one) for one in re.findall(r'"telephone": "([^"]+)"', told)]
    known = digits_of(body.text) if body else ""
    wrong = [one for one in numbers if len(one) < SHORTEST_NUMBER or one[-10:] not in known]
    require(numbers and not wrong, "the contact page tells machines another telephone number")
    return Evidence(
        "Policy, footers, contact page and the data for machines give one company, address and number.",
        {"pages": len(site.pages), "numbers for machines": len(numbers), "names": named},
    )


def _one_company_is_named(site: RunningSite, full: str) -> int:
    """Require that pages and machines are told the company that the policy names; return how often."""
    names, told = names_of(full), json.loads(site.get("/privacy/record.json").text)
    for answer in site.pages:
        footer = answer.page.first("footer")
        other = name_in_footer(footer.text if footer else "", names)
        require(not other, f"the footer of {answer.path} names {other}")
        others = sorted(set(organizations_in(answer.page.structured)) - names)
        require(not others, f"{answer.path} tells machines of {others[:1]}")
    controller = told["dpv:hasDataController"]["dpv:hasName"]
    require(controller in names, f"the record of processing names {controller} as controller")
    return len(site.pages) + 1


@promise("footer.copyright-year", look=Look.NOW)
def copyright_year_is_that_of_the_last_update(site: RunningSite) -> Evidence:
    """The copyright line of every page ends in the year in which the policy was last updated."""
    _end_in(_year_of_the_update(site), site.pages)
    return Evidence(
        "The copyright line of every page ends in the year of the last update.",
        {"pages": len(site.pages)},
    )


@promise("footer.copyright-year", look=Look.REHEARSAL)
def copyright_year_stays_in_another_year(site: RunningSite) -> Evidence:
    """A line that told the year of the clock would be right until the end of the year."""
    year = _year_of_the_update(site)
    with site.rehearsal(), in_another_year() as later:
        require(str(later) != year, "the policy was updated in a year that is to come")
        pages = tuple(site.visitor().get(path) for path in OF_EACH_KIND)
        _end_in(year, pages)
    return Evidence(
        f"With the clock set to {later}, the copyright line ended in the year of the last update.",
        {"pages": len(pages)},
    )


def _year_of_the_update(site: RunningSite) -> str:
    told: list[str] = [
        one["dateModified"][:4]
        for one in site.get("/privacy/").page.structured
        if "dateModified" in one
    ]
    require(len(told) == 1, "the policy does not tell when it was last updated")
    return told[0]


def _end_in(year: str, pages: Iterable[Answer]) -> None:
    for answer in pages:
        footer = answer.page.first("footer")
        years = re.findall(r"© (?:\d{4}–)?(\d{4})", footer.text if footer else "")
        require(years == [year], f"{answer.path} says {years}, the policy was updated in {year}")


@promise("links.to-others", look=Look.NOW)
def links_to_other_sites_are_known(site: RunningSite) -> Evidence:
    """An inventory of outside links, made from the pages as they are."""
    outside = {one for answer in site.pages for one in foreign(answer.page.links)}
    require(outside, "the site links to no other site, so the sentence is idle")
    plain = sorted(one for one in outside if not one.startswith("https://"))
    require(not plain, f"a link is not encrypted: {plain[:1]}")
    domains = sorted({one.split("/")[2] for one in outside})
    return Evidence(
        f"The pages link to {len(domains)} other sites: {', '.join(domains)}.",
        {"links": len(outside), "sites": len(domains)},
    )
