"""Breaks of who confirms a sign-up: staff, the worker, or code for somebody whom no look sends."""

from typing import Any

from newsletter import subscribing
from newsletter.models import Subscriber
from tests.promises.breaks import breaks
from tests.promises.breaks_of_source_code import _with
from tests.promises.hand import Hand


@breaks("newsletter.confirmed")
def a_release_that_confirms(hand: Hand) -> None:
    def release(old: Any, reader: Subscriber) -> None:
        old(reader)
        subscribing._confirm(Subscriber.objects.get(pk=reader.pk), Subscriber.Means.LINK)

    hand.wrap("newsletter.promises.readers.release_held", release)


@breaks("newsletter.confirmed")
def a_reminder_that_confirms(hand: Hand) -> None:
    def remind(old: Any) -> int:
        waiting = list(subscribing.waiting_for_reminder())
        count: int = old()
        for reader in waiting:
            subscribing._confirm(reader, Subscriber.Means.LINK)
        return count

    hand.wrap("newsletter.subscribing.remind", remind)


@breaks("newsletter.confirmed")
def an_import_that_confirms(hand: Hand) -> None:
    def bring(old: Any, rows: Any) -> Any:
        made = old(rows)
        for reader in made:
            subscribing._confirm(reader, Subscriber.Means.IMPORT)
        return made

    hand.wrap("newsletter.promises.readers.import_rows", bring)


@breaks("newsletter.confirmed")
def a_message_that_makes_a_reader(hand: Hand) -> None:
    code = "def f(rows, email): rows.create(email=email, state='confirmed', confirmed_at=now())"
    _with(hand, "contact/services.py", code)


@breaks("newsletter.confirmed")
def another_place_that_confirms(hand: Hand) -> None:
    code = "def f(reader): subscribing.confirm_by_link(links.token_of(reader))"
    _with(hand, "newsletter/reader_admin.py", code)
