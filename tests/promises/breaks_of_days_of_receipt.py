"""Breaks of requests that come late in the day or by letter, and of what is told by post."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.promises.breaks import breaks
from tests.promises.hand import Hand


@breaks("rights.answer-within-30-days")
def a_letter_that_is_never_older_than_a_week(hand: Hand) -> None:
    def moment_on(old: Any, day: date) -> datetime:
        return max(old(day), timezone.now() - timedelta(days=7))

    hand.wrap("privacy.rights.intake._moment_on", moment_on)


@breaks("rights.answer-within-30-days")
def a_letter_whose_time_runs_from_its_entry(hand: Hand) -> None:
    hand.replace("privacy.rights.intake._moment_on", lambda day: timezone.now())


def _evening_counts_from_the_next_day(
    old: Any, received_at: datetime, zone: Any, **more: Any
) -> Any:
    return old(received_at + timedelta(hours=7), zone, **more)


@breaks("rights.answer-within-30-days")
def a_request_of_the_evening_that_is_filed_under_the_next_day(hand: Hand) -> None:
    hand.wrap("privacy.rights.intake.deadline_for", _evening_counts_from_the_next_day)


@breaks("rights.answer-within-30-days")
def a_request_of_the_evening_that_the_desk_counts_from_the_next_day(hand: Hand) -> None:
    hand.wrap("privacy.rights.models.deadline_for", _evening_counts_from_the_next_day)


@breaks("rights.told-of-delay")
def more_time_by_post_when_it_is_over(hand: Hand) -> None:
    def extend(old: Any, request: Any, *, posted_on: date | None = None, **more: Any) -> Any:
        if posted_on is not None:
            hand.replace("privacy.rights.services.may_extend", lambda deadline, today: True)
        return old(request, posted_on=posted_on, **more)

    hand.wrap("privacy.rights.services.extend", extend)


def _by_post_without_a_reason(old: Any, request: Any, *, reason: str, **more: Any) -> Any:
    posted = more.get("posted_on") is not None
    return old(request, reason=reason.strip() or "-" if posted else reason, **more)


@breaks("rights.refusal-if-unfounded", "rights.grounds-limited")
def a_refusal_by_post_that_needs_no_reason(hand: Hand) -> None:
    hand.wrap("privacy.rights.services.refuse", _by_post_without_a_reason)


@breaks("rights.fee-if-unfounded", "rights.grounds-limited")
def a_fee_by_post_that_needs_no_reason(hand: Hand) -> None:
    hand.wrap("privacy.rights.services.quote_fee", _by_post_without_a_reason)


@breaks("use.requested-information")
def an_answer_to_the_first_address_of_an_account(hand: Hand) -> None:
    def to_person(old: Any, request: Any, *args: Any, **more: Any) -> Any:
        mail = old(request, *args, **more)
        owner = get_user_model().objects.filter(pk=request.subject.user_id or 0).first()
        mail.to = [owner.email] if owner else mail.to
        return mail

    hand.wrap("privacy.rights.mails.to_person", to_person)


@breaks("use.requested-information")
def a_copy_of_each_refusal_for_somebody_else(hand: Hand) -> None:
    def refused(old: Any, *args: Any, **more: Any) -> Any:
        mail = old(*args, **more)
        mail.cc = ["archive@example.com"]
        return mail

    hand.wrap("privacy.rights.mails.refused", refused)
