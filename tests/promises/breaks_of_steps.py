"""Breaks of single steps at the desk: one that moves the day of a request, one that ends it in silence."""

from typing import Any

from django.utils import timezone

from privacy.rights.choices import Did
from privacy.rights.deadlines import deadline_for
from privacy.rights.intake import close, lock, record, withdraw_request
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _begins_anew(hand: Hand, target: str) -> None:
    """Let a step give a request a new date."""

    def step(old: Any, request: Any, **more: Any) -> Any:
        done = old(request, **more)
        due = deadline_for(timezone.now(), timezone.get_default_timezone()).due_on
        type(request).objects.filter(pk=request.pk).update(due_on=due)
        return done

    hand.wrap(target, step)


@breaks("rights.answer-within-30-days")
def a_release_from_which_the_time_runs(hand: Hand) -> None:
    _begins_anew(hand, "privacy.rights.intake.release")


@breaks("rights.answer-within-30-days")
def a_question_of_identity_from_which_the_time_runs(hand: Hand) -> None:
    _begins_anew(hand, "privacy.rights.services.record_proof")


@breaks("rights.answer-within-30-days")
def any_request_that_is_put_away_as_spam(hand: Hand) -> None:
    def mark_spam(request: Any, *, by: Any) -> Any:
        request = lock(request)
        record(request, Did.SPAM)
        return close(request)

    hand.replace("privacy.rights.services.mark_spam", mark_spam)


@breaks("rights.answer-within-30-days")
def a_hand_over_that_ends_a_request(hand: Hand) -> None:
    def hand_to(request: Any, *, handler: str) -> Any:
        return withdraw_request(request)

    hand.replace("privacy.rights.handling.hand_to", hand_to)


@breaks("security.against-misuse")
def codes_of_a_second_factor_that_may_be_guessed(hand: Hand) -> None:
    hand.replace("allauth.mfa.base.forms.check_rate_limit", lambda *args, **more: lambda: None)
