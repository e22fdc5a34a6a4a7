"""Promises about consent itself: what counts as one, how it is taken back, what signals do."""

import json

from privacy.consent.models import ConsentReceipt
from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from privacy.consent.offer.current import current_offer
from privacy.consent.offer.parts import MARKETING
from privacy.consent.promises.all_services_on import (
    PAGES,
    choose,
    everything_on,
    numbers_of,
    origins_of,
    services_in,
    tag_numbers,
    visitor_who_allows,
)
from privacy.promises.page_reader import Element
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.written_tables import rows_written

CHOOSE = "/cookies/choose/"
NOBODYS = "00000000-0000-0000-0000-000000000000"
NEWEST = 500
"""How many receipts a nightly look reads. The chain is checked whole elsewhere."""


def banner_of(site: RunningSite) -> Element:
    """Return the banner of the home page."""
    forms = site.get("/").page.forms(CHOOSE)
    require(len(forms) == 1, f"the home page holds {len(forms)} banners")
    return forms[0]


def receipt_of(cookies: dict[str, str]) -> ConsentReceipt | None:
    """Return the receipt that a visitor's browser names."""
    return ConsentReceipt.objects.filter(pk=cookies.get(RECEIPT_COOKIE, NOBODYS)).first()


@promise("consent.only-by-act", look=Look.REHEARSAL)
def no_receipt_without_an_act(site: RunningSite) -> Evidence:
    """Looking around makes no receipt, an act makes one, and each on record names its act."""
    with site.rehearsal():
        visitor = site.visitor()
        with rows_written() as tables:
            for path in (*PAGES, "/cookies/", *PAGES):
                visitor.get(path)
        require(not tables, f"looking around wrote into {tables[:1]}")
        require(not visitor.cookies, "looking around set a cookie")
        choose(visitor, "accept")
        receipt = receipt_of(visitor.cookies)
        require(receipt is not None, "an act of consent leaves no receipt")
        newest = list(ConsentReceipt.objects.order_by("-at")[:NEWEST])
        for one in newest:
            document = json.loads(one.document)
            named = document["collection_method"], document["event"]["type"]
            require(named[0] and named[1] == "explicit", "a receipt names no act")
    return Evidence(
        "Looking around made no record; pressing a button made one; every receipt on record names "
        "its act.",
        {"pages looked at": 2 * len(PAGES) + 1},
    )


@promise("rights.withdraw-consent", look=Look.REHEARSAL)
def taking_back_is_as_easy_as_giving(site: RunningSite) -> Evidence:
    """One press gives, one press takes back, from the same page, and the next page obeys."""
    with everything_on(site):
        visitor = site.visitor()
        page = visitor.get("/cookies/").page
        given = choose(visitor, "accept")
        require(visitor.get("/").page.scripts, "accepting changes nothing")
        first = receipt_of(visitor.cookies)
        buttons = {
            button.get("value")
            for form in visitor.get("/cookies/").page.forms(CHOOSE)
            for button in form.all("button")
        }
        require({"accept", "reject"} <= buttons, "the cookies page has no button to take it back")
        taken = choose(visitor, "reject")
        require(given.status == taken.status, "taking back needs another step than giving")
        for path in PAGES:
            seen = visitor.get(path)
            require(not seen.page.scripts, f"{path} still runs a script after the withdrawal")
            require(not seen.permitted, f"{path} still permits others after the withdrawal")
        proof = ConsentReceipt.objects.filter(replaces=first.pk if first else None)
        require(first is not None and proof.count() == 1, "the withdrawal is not on record")
    require(page.forms(CHOOSE), "the cookies page has no form")
    return Evidence(
        "One press took back what one press had given, and the very next page obeyed.",
        {"presses to give": 1, "presses to take back": 1},
    )


@promise("transfers.your-consent", look=Look.REHEARSAL)
def each_transfer_by_consent_has_its_own_box(site: RunningSite) -> Evidence:
    """A vendor outside the EEA is reached after a box of its own was ticked, with a receipt."""
    with everything_on(site):
        groups = [o for o in current_offer().groups if any(s.country for s in o.services)]
        fields = site.get("/cookies/").page.all("input")
        radios = [f for f in fields if f.get("type") == "radio"]
        for offered in groups:
            own = [f for f in radios if f.get("name") == offered.key]
            ticked = [f.get("value") for f in own if "checked" in f.attrs]
            answers = {f.get("value") for f in own}
            require({"yes", "no"} <= answers, f"{offered.group.name} has no box of its own")
            require(ticked == ["no"], f"{offered.group.name} is answered before it is asked")
            visitor = visitor_who_allows(site, offered.key)
            receipt = receipt_of(visitor.cookies)
            require(receipt is not None, f"a yes to {offered.group.name} leaves no receipt")
            assert receipt is not None  # noqa: S101 - for the type checker
            document = json.loads(receipt.document)
            said = {p["group"]: p["services"] for p in document["purposes"]}
            require(set(said) == {offered.key}, "a yes to one group is written down for others")
            services = json.loads(receipt.notice.content)["services"]
            countries = {services[key]["country"] for key in said[offered.key]}
            require("" not in countries, "a receipt does not say where the data goes")
    return Evidence(
        "Each such group has a box of its own that starts at no, and a receipt that says where the "
        "data goes.",
        {"groups": len(groups)},
    )


@promise("banner.best-experience", look=Look.NOW)
def the_banner_names_every_group(site: RunningSite) -> Evidence:
    """Each group that is asked about stands in the banner by name."""
    words = banner_of(site).text.lower()
    require("cookies" in words, "the banner does not speak of cookies")
    names = [offered.group.name for offered in current_offer().groups]
    missing = [name for name in names if name.lower() not in words]
    require(not missing, f"the banner does not name {missing[:1]}")
    return Evidence(f"The banner names {', '.join(names)}.", {"groups": len(names)})


@promise("banner.answer-and-policy-link", look=Look.REHEARSAL)
def the_banner_works_without_script(site: RunningSite) -> Evidence:
    """Two buttons and a link answer it on every page, and the policy is one step away."""
    for answer in site.pages:
        if answer.path == "/cookies/":
            continue
        forms = answer.page.forms(CHOOSE)
        require(len(forms) == 1, f"{answer.path} holds {len(forms)} banners")
        links = [a.get("href") for a in forms[0].all("a")]
        require("/cookies/" in links, f"the banner of {answer.path} has no way to choose")
        require("/privacy/" in links, f"the banner of {answer.path} does not link to the policy")
    with site.rehearsal():
        for choice in ("accept", "reject"):
            visitor = site.visitor()
            choose(visitor, choice)
            require(not visitor.get("/").page.forms(CHOOSE), "an answered banner stays")
    return Evidence(
        "Accept all, Reject all and Choose work without scripts, and the policy is one step away.",
        {"pages": len(site.pages)},
    )


@promise("banner.reject-equals-accept", look=Look.REHEARSAL)
def rejecting_is_as_easy_as_accepting(site: RunningSite) -> Evidence:
    """Both buttons differ in their words alone, and each takes one press."""
    buttons = {button.get("value"): button for button in banner_of(site).all("button")}
    require({"accept", "reject"} <= set(buttons), "the banner lacks one of the two buttons")

    def look(value: str) -> dict[str, str]:
        return {k: v for k, v in buttons[value].attrs.items() if k != "value"}

    require(look("accept") == look("reject"), "the two buttons do not look alike")
    require(
        buttons["accept"].parent is buttons["reject"].parent, "the two buttons stand in two places"
    )
    with site.rehearsal():
        answers = []
        for choice in ("accept", "reject"):
            visitor = site.visitor()
            answers.append(choose(visitor, choice).status)
            require(
                not visitor.get("/").page.forms(CHOOSE), f"after {choice} the banner asks again"
            )
    return Evidence(
        "Both buttons look alike, stand side by side and settle the matter with one press.",
        {"presses to accept": 1, "presses to reject": len(answers) - 1},
    )


@promise("signals.gpc-honored", look=Look.REHEARSAL)
def the_signal_switches_covered_groups_off(site: RunningSite) -> Evidence:
    """With the signal, `Accept all` leaves covered groups off; a yes by name overrides it."""
    with everything_on(site):
        offer = current_offer()
        covered = [offered.key for offered in offer.groups if offered.gpc_covered]
        require(covered, "the signal covers no group")
        rest = services_in(*(key for key in offer.by_key if key not in covered))
        visitor = site.visitor(Sec_GPC="1")
        page = visitor.get("/cookies/").page
        require("honored" in page.text, "the cookies page does not say that it is honored")
        choose(visitor, "accept")
        for path in PAGES:
            seen = visitor.get(path)
            require(
                tag_numbers(seen) == numbers_of(rest) and seen.permitted == origins_of(rest),
                f"{path} lets a covered group act in spite of the signal",
            )
        choose(visitor, "some", MARKETING)
        named = visitor.get("/")
        require(
            tag_numbers(named) == numbers_of(services_in(MARKETING)),
            "a yes to one group by name is not respected",
        )
    told = json.loads(site.get("/.well-known/gpc.json").text or "{}")
    require(told.get("gpc") is True, "/.well-known/gpc.json does not say that it is honored")
    return Evidence(
        "With the signal, Accept all left the covered groups off; a yes to one group by name "
        "switched on that group alone.",
        {"groups covered": len(covered)},
    )
