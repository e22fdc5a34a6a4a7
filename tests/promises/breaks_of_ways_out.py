"""Breaks by code that hands people's data to another firm once a request is stored."""

from collections.abc import Iterator
from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CLAIM = "sharing.service-providers"


def _begins(hand: Hand, path: str, line: str) -> None:
    """Have a module begin with a line more where it is read."""

    def changed(read: Any) -> Iterator[tuple[str, str]]:
        for name, text in read():
            yield name, f"{line}\n{text}" if name == path else text

    hand.wrap("sens_site.promises.ways_out.sources", changed)


@breaks(CLAIM, measured=True)
def messages_that_go_to_a_list_of_leads(hand: Hand) -> None:
    _begins(hand, "contact/services.py", "import urllib.request")


@breaks(CLAIM)
def orders_that_are_asked_for_by_another_program(hand: Hand) -> None:
    _begins(hand, "contact/orders.py", "import subprocess")


@breaks(CLAIM, way=Way.CONFIGURATION)
def readers_who_are_told_to_a_firm_when_the_site_starts(hand: Hand) -> None:
    _begins(hand, "newsletter/apps.py", 'importlib.import_module("requests")')
