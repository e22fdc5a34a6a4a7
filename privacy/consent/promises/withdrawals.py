"""The promise about taking a consent back: as easily as it was given, at once, and everywhere."""

import json
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth import get_user_model

from privacy.consent import idempotency
from privacy.consent.models import ConsentReceipt
from privacy.consent.offer.current import current_offer
from privacy.consent.promises.all_services_on import (
    FOUR_GROUPS,
    PAGES,
    choose,
    everything_on,
    lacking,
    leaked,
    visitor_who_allows,
)
from privacy.consent.promises.choices import COOKIES, RECEIPTS
from privacy.consent.promises.looks import CHOOSE, buttons_of, form_of, press
from privacy.consent.promises.played_choices import receipt_of, somebody
from privacy.consent.services import forget_unwritten
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.seen_links import button_is_seen
from privacy.promises.witness.exchange import plain_name
from privacy.promises.written_tables import nothing_can_be_written, rows_written

TAKEN_BACK = ("_ga", "_ga_X1", "_gcl_au", "_gac_X1", "li_fat_id", "li_giant", "ln_or")
"""Cookies of each maker that scripts set for this site, as the makers' documents name them."""
OF_OUR_STATISTICS = {"visit", "visitor"}
OF_AN_OFFICE = 40
HOST = "www.shop.test"
DOMAINS = {"", "www.shop.test", "shop.test"}
"""Where scripts of a page on that host can leave a cookie: with no domain, or with one of these."""


@promise("rights.withdraw-consent", look=Look.REHEARSAL)
def taking_back_is_as_easy_as_giving(site: RunningSite) -> Evidence:
    """One press gives, one press takes back, from the same page, and the next page obeys."""
    with everything_on(site):
        visitor = site.visitor()
        given = press(visitor, COOKIES, "accept")
        require(visitor.get("/").page.scripts, "accepting changes nothing")
        first = receipt_of(visitor.cookies)
        visitor.cookies.update(dict.fromkeys(TAKEN_BACK, "1"))
        asking = visitor.get(COOKIES)
        buttons_of(form_of(asking))
        button_is_seen(site, asking, form_of(asking), "reject", value="reject")
        with rows_written() as tables:
            taken = press(visitor, COOKIES, "reject")
        require(given.status == taken.status, "taking back needs another step than giving")
        require(tables.count(RECEIPTS) == 1, "taking back does not leave one receipt")
        left = sorted(set(TAKEN_BACK) & set(visitor.cookies))
        require(not left, f"{left[:1]} stays after the withdrawal")
        cleared = taken.header("Clear-Site-Data")
        require(
            '"storage"' in cleared and '"cache"' in cleared, "what scripts stored stays after it"
        )
        for path in PAGES:
            found = leaked(visitor.get(path), *FOUR_GROUPS)
            require(not found, f"{path} still lets {found[:1]} act after the withdrawal")
        _is_on_record(first)
        for group in FOUR_GROUPS:
            _one_group_is_taken_back(site, group)
        _binds_on_every_device(site)
        _holds_though_nothing_can_be_written(site)
        _holds_by_a_form_that_is_out_of_date(site)
        _holds_where_no_receipt_is_left(site)
        _holds_however_often(site)
        _forgets_on_the_domains_above(site)
    return Evidence(
        "When we switched everything on for a test, one press took back what one press had given, "
        "for all groups and for each alone; the very answer deleted the cookies, the next page "
        "obeyed, and so did another browser of the same person until they said yes to each by name. So "
        "it was by a form from yesterday, while nothing could be written, and after many others.",
        {"presses to give": 1, "presses to take back": 1, "groups": len(FOUR_GROUPS)},
    )


def _is_on_record(first: ConsentReceipt | None) -> None:
    ends = ConsentReceipt.objects.filter(replaces=first.pk if first else None)
    found = [json.loads(one.document) for one in ends]
    require(first is not None and len(found) == 1, "the withdrawal is not on record")
    require(
        found[0]["event"]["state"] == "withdrawn"
        and set(found[0]["withdrawn"]) == set(FOUR_GROUPS)
        and not found[0]["purposes"],
        "the record of the withdrawal does not say what was taken back",
    )


def _one_group_is_taken_back(site: RunningSite, group: str) -> None:
    visitor = visitor_who_allows(site, *FOUR_GROUPS)
    rest = [one for one in FOUR_GROUPS if one != group]
    choose(visitor, "some", *rest)
    found = leaked(visitor.get("/"), group, beside=rest)
    require(not found, f"{found[:1]} acts after {group} was taken back")
    missing = lacking(visitor.get("/"), *rest)
    require(not missing, f"{missing[:1]} is gone after {group} was taken back")


def _binds_on_every_device(site: RunningSite) -> None:
    person, here, there = somebody(), site.visitor(), site.visitor()
    for visitor in (here, there):
        visitor.sign_in(person)
        choose(visitor, "accept")
        require(visitor.get("/").page.scripts, "accepting changes nothing for who is logged in")
    choose(here, "reject")
    seen = there.get("/")
    require(
        not leaked(seen, *FOUR_GROUPS),
        "what a person takes back in one browser goes on in another",
    )
    choose(there, "some", *FOUR_GROUPS)
    missing = lacking(there.get("/"), *FOUR_GROUPS)
    require(not missing, f"{missing[:1]} stays off for who has said yes to it by name again")


def _holds_though_nothing_can_be_written(site: RunningSite) -> None:
    """At any time: a database that is locked or full makes nobody wait to be obeyed."""
    stranger, member = site.visitor(), site.visitor()
    people = get_user_model().objects
    member.sign_in(people.create_user(username="check-of-a-lock", email="lock@example.com"))
    try:
        for who, visitor in (("a stranger", stranger), ("who is logged in", member)):
            choose(visitor, "accept")
            with nothing_can_be_written():
                status = _status_of(visitor, "reject")
            require(
                status == 303 and not leaked(visitor.get("/"), *FOUR_GROUPS),
                f"{who} cannot take a consent back while nothing can be written ({status})",
            )
    finally:
        forget_unwritten()  # what is rolled back is not to be made up for


def _holds_by_a_form_that_is_out_of_date(site: RunningSite) -> None:
    """A tab that was open for days shows another offer. Its no is a no all the same."""
    earlier = "|".join(f"{group}=earlier" for group in FOUR_GROUPS)
    said = {"next": "/", "shown": earlier, **dict.fromkeys(FOUR_GROUPS, "no")}
    visitor = visitor_who_allows(site, *FOUR_GROUPS)
    status = visitor.post(CHOOSE, {"choice": "some", **said}).status
    require(
        status < 500 and not leaked(visitor.get("/"), *FOUR_GROUPS),
        f"a consent cannot be taken back by a form that is out of date ({status})",
    )


def _holds_where_no_receipt_is_left(site: RunningSite) -> None:
    """At any time: a network that has had its receipts can still take back all, or one group."""
    rest = FOUR_GROUPS[1:]
    for kept in ((), rest):
        for holds_one in (True, False):
            visitor = visitor_who_allows(site, *FOUR_GROUPS)
            if not holds_one:
                visitor.cookies = {k: v for k, v in visitor.cookies.items() if "receipt" not in k}
            with patch.object(idempotency.LIMIT, "take", return_value=60):
                choose(visitor, "some", *kept)
            taken = [one for one in FOUR_GROUPS if one not in kept]
            found = leaked(visitor.get("/"), *taken, beside=kept)
            require(not found, f"{found[:1]} cannot be taken back where many have chosen")


def _holds_however_often(site: RunningSite) -> None:
    """At any time: the people of one office refuse one after the other."""
    office = site.visitor().address
    for _ in range(OF_AN_OFFICE):
        visitor = site.visitor()
        visitor.address = office
        status = _status_of(visitor, "reject")
        require(status == 303, f"of many in one network, one who refuses is answered {status}")


def _status_of(visitor: Visitor, choice: str) -> int:
    asked = {"choice": choice, "next": "/", "shown": current_offer().shown}
    return visitor.post(CHOOSE, asked).status


def _forgets_on_the_domains_above(site: RunningSite) -> None:
    """Scripts leave their cookies on the widest domain that browsers let them, not on the host."""
    usual = settings.ALLOWED_HOSTS
    settings.ALLOWED_HOSTS = [*usual, HOST]
    try:
        visitor = site.visitor(Host=HOST)
        choose(visitor, "accept")
        ours = {f"{prefix}{name}" for prefix in ("", "__Host-") for name in OF_OUR_STATISTICS}
        visitor.cookies.update(dict.fromkeys((*TAKEN_BACK, *ours), "1"))
        taken = choose(visitor, "reject")
    finally:
        settings.ALLOWED_HOSTS = usual
    deleted = [one for one in taken.cookies if one.is_taken_back]
    missing = OF_OUR_STATISTICS - {plain_name(one.name) for one in deleted}
    require(not missing, f"the cookie {sorted(missing)[:1]} stays after the withdrawal")
    for one in deleted:
        marked = not one.name.startswith("__") or "secure" in one.attributes
        bare = not one.name.startswith("__Host-") or "domain" not in one.attributes
        require(marked and bare, f"no browser deletes {one.name} so")
    for name in TAKEN_BACK:
        gone = [one for one in deleted if one.name == name]
        domains = {one.attributes.get("domain", "").lstrip(".") for one in gone}
        require(domains >= DOMAINS, f"{name} stays on a domain above the host")
