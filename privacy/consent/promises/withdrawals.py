"""The promise about taking a consent back: as easily as it was given, at once, and everywhere."""

import json

from privacy.consent.models import ConsentReceipt
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
from privacy.consent.promises.looks import buttons_of, form_of, press
from privacy.consent.promises.played_choices import receipt_of, somebody
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.written_tables import rows_written

TAKEN_BACK = ("_ga", "_ga_X1", "_gcl_au", "_gac_X1", "li_fat_id", "li_giant", "ln_or")
"""Cookies of each maker that scripts set for this site, as the makers' documents name them."""


@promise("rights.withdraw-consent", look=Look.REHEARSAL)
def taking_back_is_as_easy_as_giving(site: RunningSite) -> Evidence:
    """One press gives, one press takes back, from the same page, and the next page obeys."""
    with everything_on(site):
        visitor = site.visitor()
        given = press(visitor, COOKIES, "accept")
        require(visitor.get("/").page.scripts, "accepting changes nothing")
        first = receipt_of(visitor.cookies)
        visitor.cookies.update(dict.fromkeys(TAKEN_BACK, "1"))
        buttons_of(form_of(visitor.get(COOKIES)))
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
    return Evidence(
        "When we switched everything on for a test, one press took back what one press had given, "
        "for all groups and for each alone; the very answer deleted the cookies, the next page "
        "obeyed, and so did another browser of the same person until they said yes to each by name.",
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
