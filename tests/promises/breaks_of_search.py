"""Breaks of what is kept of searches."""

import re
from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("search.without-a-person", in_sql=True)
def searches_that_are_written_down_with_who_asked(hand: Hand) -> None:
    def found(old: Any, typed: str, **choice: Any) -> Any:
        from django.utils import timezone

        from search.services import count_misses

        count_misses({(timezone.localdate(), f"somebody: {typed}"[:80]): 1})
        return old(typed, **choice)

    hand.wrap("search.views.search", found)


@breaks("search.without-a-person", in_sql=True)
def words_that_are_kept_whatever_they_are(hand: Hand) -> None:
    hand.replace("search.misses.worth_keeping", lambda typed: typed[:80])


@breaks("search.without-a-person", in_sql=True)
def searches_that_are_counted_though_something_was_found(hand: Hand) -> None:
    def found(old: Any, typed: str, **choice: Any) -> Any:
        from search.misses import note

        note(typed)
        return old(typed, **choice)

    hand.wrap("search.views.search", found)


@breaks("search.without-a-person")
def searches_that_caches_on_the_way_may_keep(hand: Hand) -> None:
    def drawn(old: Any, request: Any, *args: Any, **context: Any) -> Any:
        response = old(request, *args, **context)
        response.headers["Cache-Control"] = "public, max-age=60"
        return response

    hand.wrap("search.views.render", drawn)


@breaks("search.without-a-person")
def words_in_the_log(hand: Hand) -> None:
    def found(old: Any, typed: str, **choice: Any) -> Any:
        import logging

        logging.getLogger("search").warning("searched for %s", typed)
        return old(typed, **choice)

    hand.wrap("search.views.search", found)


@breaks("search.without-a-person", way=Way.ROWS)
def an_address_among_the_words(hand: Hand) -> None:
    from django.utils import timezone

    from search.models import Miss

    Miss.objects.create(day=timezone.localdate(), words="ada@customer.test", count=1)


@breaks("search.without-a-person", way=Way.ROWS)
def a_telephone_number_among_the_words(hand: Hand) -> None:
    from django.utils import timezone

    from search.models import Miss

    Miss.objects.create(day=timezone.localdate(), words="call 303-555-0134", count=1)


@breaks("search.without-a-person")
def numbers_of_seven_digits_that_are_kept(hand: Hand) -> None:
    hand.replace("search.misses.MOST_DIGITS", 7)


@breaks("search.without-a-person")
def spelled_addresses_that_are_kept(hand: Hand) -> None:
    hand.replace("search.misses.LIKE_A_PERSON", re.compile(r"@|://|(?:\d{1,3}\.){3}\d"))


@breaks("search.without-a-person", way=Way.ROWS)
def a_local_number_among_the_words(hand: Hand) -> None:
    from django.utils import timezone

    from search.models import Miss

    Miss.objects.create(day=timezone.localdate(), words="ring 555 0134", count=1)
