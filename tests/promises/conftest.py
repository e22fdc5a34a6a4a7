"""A small site to look at: one page of each kind."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from privacy.promises.registry import Check, Look, discover, registered_checks, within_surroundings
from privacy.promises.running_site import RunningSite
from privacy.promises.services import Outcome, run_check
from sens_site import wsgi
from tests.promises.hand import Hand, forget_results

ONE_OF_EACH = (
    "/", "/contact/", "/privacy/", "/cookies/", "/contact/webmaster/", "/accounts/register/",
)  # fmt: skip
"""Where a short crawl begins. It opens one page more: the first that the first page links to."""
FEW_ROUTES = frozenset({
    "pages:home", "contact:webmaster", "contact:thanks", "consent:choose", "account_login", "accounts:profile",
})  # fmt: skip
"""Where a short walk leads."""
DEAREST = (
    "sens_site.promises.secret_addresses.",
    "sens_site.promises.own_pages.",
    "sens_site.promises.access.who_is_no_member_of_staff_sees_no_desk",
    "sens_site.promises.walk.",
    "sens_site.promises.access.each_role_opens_its_own_pages_alone",
)
"""The checks that send the most requests, or the modules of such: what sends more comes later."""


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Hand]:
    """What breaks the site."""
    hand = Hand(monkeypatch, settings)
    yield hand
    hand.release()


@pytest.fixture
def broken(hand: Hand) -> Callable[..., set[str]]:
    """Run checks; return the claims that are found broken."""
    discover()

    def look(claims: Iterable[str] | None = None, *, whole: bool = False) -> set[str]:
        forget_results()  # what another test has left there
        wsgi.ready_pages._pages.clear()
        wsgi.ready_member_pages.forget()
        wsgi.ready_own_pages.forget()
        ids = sorted(registered_checks() if claims is None else claims)
        site = (
            RunningSite()
            if whole
            else RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, hand.routes or FEW_ROUTES)
        )
        red = red_ones(ids, site)
        print(*(f"{one}: {outcome.evidence.words}" for one, outcome in red.items()), sep="\n")
        return set(red)

    return look


@within_surroundings()
def red_ones(claims: Iterable[str], site: RunningSite) -> dict[str, Outcome]:
    """Run the checks of some claims, and rehearse for each until it is red: it can turn no redder."""
    seen: dict[Check, Outcome] = {}
    red: dict[str, Outcome] = {}
    for claim in claims:
        for check in sorted(registered_checks()[claim], key=costs):
            if claim in red and check.look is Look.REHEARSAL:
                break
            if check not in seen:
                seen[check] = run_check(check, claim, site)
            if seen[check].broken:
                red.setdefault(claim, seen[check])
    return red


def costs(check: Check) -> tuple[bool, int]:
    """Sort last what takes longest: rehearsals, and of these what opens the most pages."""
    rank = next((n for n, name in enumerate(DEAREST, 1) if check.name.startswith(name)), 0)
    return check.look is Look.REHEARSAL, rank
