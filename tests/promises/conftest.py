"""A small site to look at: one page of each kind."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from privacy.promises.registry import discover, registered_checks
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_checks
from sens_site import wsgi
from tests.promises.hand import Hand

ONE_OF_EACH = (
    "/", "/contact/", "/privacy/", "/cookies/", "/contact/webmaster/", "/accounts/register/",
)  # fmt: skip
"""Where a short crawl begins. It opens one page more: the first that the first page links to."""
FEW_ROUTES = frozenset({
    "pages:home", "contact:webmaster", "contact:thanks", "consent:choose", "account_login", "accounts:profile",
})  # fmt: skip
"""Where a short walk leads."""


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
        wsgi.ready_pages._pages.clear()  # what another test has left there
        ids = sorted(registered_checks() if claims is None else claims)
        site = (
            RunningSite()
            if whole
            else RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, hand.routes or FEW_ROUTES)
        )
        red = [outcome for outcome in run_checks(ids, site=site) if outcome.broken]
        print(*(f"{one.claim_id}: {one.evidence.words}" for one in red), sep="\n")
        return {outcome.claim_id for outcome in red}

    return look
