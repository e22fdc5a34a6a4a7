"""Breaks of receipts and of single services: ways to consent that leave none, or allow something else."""

from dataclasses import replace
from typing import Any

from tests.promises.breaks import breaks
from tests.promises.hand import Hand

SERVICES = "privacy.consent.services"


def _no_receipt_if(hand: Hand, left_out: Any) -> None:
    from privacy.consent.services import Recorded

    def record(old: Any, outcome: Any, **more: Any) -> Any:
        return Recorded(None) if left_out(outcome) else old(outcome, **more)

    hand.wrap(f"{SERVICES}.record_choice", record)


@breaks("consent.only-by-act")
def a_yes_in_spite_of_the_signal_without_a_receipt(hand: Hand) -> None:
    _no_receipt_if(hand, lambda outcome: outcome.overridden)


@breaks("consent.only-by-act")
def a_yes_in_spite_of_an_earlier_no_without_a_receipt(hand: Hand) -> None:
    _no_receipt_if(hand, lambda outcome: any(grant.after for grant in outcome.grants.values()))


@breaks("consent.only-by-act")
def a_yes_to_single_services_without_a_receipt(hand: Hand) -> None:
    _no_receipt_if(hand, lambda outcome: any(grant.only for grant in outcome.grants.values()))


@breaks("consent.only-by-act")
def a_change_of_mind_without_a_receipt(hand: Hand) -> None:
    from privacy.consent.outcome import Outcome

    usual = Outcome.receipt_is_due

    def due(self: Any, *, holds_one: bool) -> bool:
        return usual(self, holds_one=holds_one) and not (self.granted and holds_one)

    hand.patch.setattr(Outcome, "receipt_is_due", due)


def _document_with(hand: Hand, **facts: Any) -> None:
    def document_of(old: Any, *args: Any, **more: Any) -> Any:
        return {**old(*args, **more), **facts}

    hand.wrap(f"{SERVICES}.document_of", document_of)


@breaks("consent.only-by-act")
def receipts_that_hide_the_one_before(hand: Hand) -> None:
    _document_with(hand, replaces=None)


@breaks("consent.only-by-act")
def receipts_that_hide_an_earlier_no(hand: Hand) -> None:
    _document_with(hand, account_refusal_overridden=[])


@breaks("consent.only-by-act")
def one_service_that_brings_its_group_along(hand: Hand) -> None:
    from privacy.consent.grants import Grant

    def of(old: Any, *args: Any, **more: Any) -> Any:
        return replace(old(*args, **more), only=())

    usual = Grant.of
    hand.patch.setattr(Grant, "of", lambda *args, **more: of(usual, *args, **more))


@breaks("consent.only-by-act")
def one_service_that_is_allowed_in_vain(hand: Hand) -> None:
    def answer(old: Any, offered: Any, typed: Any, running: Any) -> Any:
        services, clear = old(offered, typed, running)
        whole = len(services) == len(offered.service_keys)
        return (services if whole else frozenset()), clear

    hand.wrap("privacy.consent.choice._answer", answer)


def _in_spite_of_the_limit(hand: Hand, choices: Any) -> None:
    """Let a yes count when a network has had too many receipts, by some ways of saying it."""
    from privacy.consent.services import Recorded, TooManyReceiptsError

    def record(old: Any, outcome: Any, **more: Any) -> Any:
        try:
            return old(outcome, **more)
        except TooManyReceiptsError:
            if choices(outcome.choice):
                return Recorded(more["held"])
            raise

    hand.wrap(f"{SERVICES}.record_choice", record)


@breaks("consent.only-by-act")
def a_yes_below_a_form_that_counts_for_who_has_had_too_many(hand: Hand) -> None:
    _in_spite_of_the_limit(hand, lambda choice: not choice.next)


@breaks("consent.only-by-act")
def a_yes_on_the_cookies_page_that_counts_for_who_has_had_too_many(hand: Hand) -> None:
    _in_spite_of_the_limit(hand, lambda choice: choice.next == "/cookies/")


@breaks("consent.only-by-act")
def a_yes_that_rests_on_a_receipt_that_is_gone(hand: Hand) -> None:
    from privacy.consent.services import Recorded

    def record(old: Any, outcome: Any, *, held: Any, **more: Any) -> Any:
        return Recorded(held) if held else old(outcome, held=held, **more)

    hand.wrap(f"{SERVICES}.record_choice", record)


@breaks("consent.only-by-act")
def pages_that_are_kept_for_all_who_chose_something_in_a_group(hand: Hand) -> None:
    hand.replace("privacy.consent.decision.ConsentDecision._part_of", lambda self, offered: "")


@breaks("rights.withdraw-consent")
def a_withdrawal_that_waits_for_a_receipt(hand: Hand) -> None:
    """A network that has had its receipts can take back nothing but all."""
    from privacy.consent.services import TooManyReceiptsError

    def record(old: Any, choice: Any) -> Any:
        wait = choice.act.seconds_to_wait() if choice.outcome.granted else 0
        if wait:
            raise TooManyReceiptsError(wait)
        return old(choice)

    hand.wrap("privacy.consent.services._record", record)
