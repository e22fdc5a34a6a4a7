"""A yes at each door, while something is in the way of its receipt: it counts with one, or not at all."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from privacy.consent.offer.current import current_offer
from privacy.consent.promises.all_services_on import FOUR_GROUPS, PAGES
from privacy.consent.promises.looks import CHOOSE
from privacy.consent.promises.played_choices import NOBODY, receipt_of
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.written_tables import nothing_can_be_written
from sens_site.lib.http.local_limit import LocalLimit

GROUPS = dict.fromkeys(FOUR_GROUPS, "yes")
DOORS: dict[str, dict[str, str]] = {
    "the banner": {"choice": "accept", "next": "/"},
    "the banner below a form": {"choice": "accept"},
    "the cookies page": {"choice": "some", "next": "/cookies/", **GROUPS},
    "single choices below a form": {"choice": "some", **GROUPS},
}


def no_more_for_this_network() -> AbstractContextManager[Any]:
    """Let every limit be used up that a process counts for a network."""
    return patch.object(LocalLimit, "take", lambda self, client: 60)


HINDRANCES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "": nullcontext,
    " from a network that has had too many": no_more_for_this_network,
    " while nothing can be written": nothing_can_be_written,
}


def a_yes_counts_with_its_receipt_alone(site: RunningSite) -> int:
    """Say yes at each door, hindered and not, in an empty browser and with a receipt that is gone."""
    played = 0
    for door, data in DOORS.items():
        for hindrance, hindered in HINDRANCES.items():
            for held in ({}, {RECEIPT_COOKIE: NOBODY}):
                visitor = site.visitor()
                visitor.cookies.update(held)
                with hindered():
                    visitor.post(CHOOSE, {**data, "shown": current_offer().shown})
                _is_proven(visitor, f"a yes by {door}{hindrance}", must_count=not hindrance)
                played += 1
    return played


def _is_proven(visitor: Visitor, act: str, *, must_count: bool) -> None:
    receipt = receipt_of(visitor.cookies)
    given = bool(receipt and json.loads(receipt.document)["event"]["state"] == "given")
    require(given or not must_count, f"{act} leaves no receipt")
    seen = visitor.get(PAGES[0])
    counts = bool(seen.page.scripts or seen.permitted)
    require(given or not counts, f"{act} counts, and leaves no receipt")
    require(counts or not must_count, f"{act} does not count")
