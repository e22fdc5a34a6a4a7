"""Breaks of who may see how the site is: a comparison that is too kind to who guesses a token."""

from typing import Any

from django.conf import settings

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

MAY_SEE = "sens_site.probe_views.may_see_inside"


def _named(request: Any) -> str:
    return str(request.headers.get("Authorization", "")).partition(" ")[2]


@breaks("security.against-misuse")
def a_beginning_of_the_token_is_enough(hand: Hand) -> None:
    hand.replace(
        MAY_SEE,
        lambda request: (
            bool(_named(request)) and settings.METRICS_TOKEN.startswith(_named(request))
        ),
    )


@breaks("security.against-misuse")
def no_token_is_as_good_as_one_that_is_not_set(hand: Hand) -> None:
    hand.replace(MAY_SEE, lambda request: _named(request) == settings.METRICS_TOKEN)


@breaks("security.against-misuse")
def a_token_in_other_letters(hand: Hand) -> None:
    hand.replace(
        MAY_SEE,
        lambda request: (
            bool(settings.METRICS_TOKEN)
            and _named(request).lower() == settings.METRICS_TOKEN.lower()
        ),
    )


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def figures_for_everybody(hand: Hand) -> None:
    hand.replace("sens_site.lib.http.machine_addresses.may_see_inside", lambda request: True)
    hand.replace(MAY_SEE, lambda request: True)
