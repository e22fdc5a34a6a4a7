"""Breaks of what is noted in the shared cache: for how long, and by what it tells who somebody is."""

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_walk import visits
from tests.promises.hand import Hand

COUNTS, TOLD = "retention.access-logs", "information.communications-kept"
KEY = "limit:webmaster"


@breaks(COUNTS)
def a_count_of_messages_without_an_end(hand: Hand) -> None:
    visits(hand, lambda _: cache.set(KEY, 1, timeout=None))


@breaks(COUNTS)
def a_count_that_each_message_makes_last_for_ever(hand: Hand) -> None:
    def note(_: HttpRequest) -> None:
        cache.add(KEY, 1, timeout=60)
        cache.touch(KEY, timeout=None)

    visits(hand, note)


@breaks(COUNTS, way=Way.CONFIGURATION)
def counts_for_a_quarter_of_a_year(hand: Hand) -> None:
    visits(hand, lambda _: cache.set_many({KEY: 1}, timeout=90 * 24 * 3600))


@breaks(TOLD)
def a_number_made_from_the_address_as_a_key(hand: Hand) -> None:
    def note(request: HttpRequest) -> None:
        email = request.POST.get("email", "")
        cache.set(f"limit:wrote:{sha256(email.encode()).hexdigest()}", 1, timeout=60)

    visits(hand, note)
