"""Breaks of requests: the ways in, the days, the grounds, and what is stored of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.models import RequestEvent, SubjectRequest
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_forms import _no_constraint
from tests.promises.hand import Hand

MAILS = "privacy/rights/mail/"


def _stored(days_ago: int = 0, kind: str = "access", **fields: Any) -> SubjectRequest:
    received = timezone.now() - timedelta(days=days_ago)
    request = SubjectRequest.objects.create(
        kind=kind, channel=Channel.FORM, email="a@example.com", received_at=received,
        **{"due_on": (received + timedelta(days=28)).date(), **fields},
    )  # fmt: skip
    RequestEvent.objects.create(request=request, did=Did.RECEIVED, at=received)
    return request


@breaks("rights.eea-may-ask", way=Way.CONFIGURATION)
def a_footer_without_the_way_to_the_form(hand: Hand) -> None:
    hand.template("partials/footer.html", ("{% url 'rights:choices' %}", "/"))


@breaks("rights.by-webmaster-form", "rights.object", "rights.restriction")
def every_wish_is_taken_for_a_question(hand: Hand) -> None:
    def receive(old: Any, submission: Any, **more: Any) -> Any:
        return old(submission, **{**more, "kind": Kind.QUESTION})

    hand.wrap("contact.views.receive_request", receive)


@breaks("rights.by-webmaster-form", way=Way.ROWS)
def a_request_whose_clock_does_not_run(hand: Hand) -> None:
    SubjectRequest.objects.create(
        kind="access", channel="form", received_at=timezone.now(), due_on=timezone.localdate()
    )


@breaks("rights.restriction", "rights.confirm-identity")
def a_restriction_for_whoever_types_an_address(hand: Hand) -> None:
    others = frozenset({Kind.QUESTION, Kind.WITHDRAWAL, Kind.OBJECTION, Kind.RESTRICTION})
    hand.replace("privacy.rights.models.NEEDS_NO_PROOF", others)


@breaks("rights.restriction", way=Way.CONFIGURATION)
def a_restriction_that_is_not_answered_as_one(hand: Hand) -> None:
    from privacy.rights import answer_drafts

    hand.item(answer_drafts.OPENINGS, Kind.RESTRICTION, "We have noted it: [say what].")


@breaks("rights.restriction")
def a_restriction_that_the_purge_does_not_ask_for(hand: Hand) -> None:
    hand.replace("privacy.datamap.retention.held_subjects", tuple)


@breaks("rights.restriction")
def somebody_restricted_who_is_written_to(hand: Hand) -> None:
    hand.replace("outbox.silence._silences", [])


@breaks("rights.erasure")
def an_erasure_of_which_no_vendor_is_told(hand: Hand) -> None:
    hand.replace("privacy.rights.services.vendors_are_told", lambda request: None)


@breaks("retention.requests", way=Way.ROWS)
def words_that_are_held_for_nobody(hand: Hand) -> None:
    ended = timezone.now() - timedelta(days=400)
    held = {"closed_at": ended, "restricted_at": timezone.now()}
    request = _stored(410, "question", **held)
    RequestEvent.objects.create(request=request, did=Did.ANSWERED, at=ended)


@breaks("retention.requests")
def scans_that_stay(hand: Hand) -> None:
    entry = entries()["rights.RequestScan"]
    hand.frozen(entry, "keep", (replace(entry.keep[0], period=Period(years=10)),))


@breaks("rights.portability")
def a_format_that_nobody_can_look_up(hand: Hand) -> None:
    hand.replace("privacy.datamap.views.SCHEMA", {})


@breaks(
    "rights.complaint",
    "rights.fee-if-unfounded",
    "rights.refusal-if-unfounded",
    "rights.grounds-limited",
)
def notices_with_another_address(hand: Hand) -> None:
    hand.replace("privacy.rights.mails.AUTHORITIES", "https://example.com/")


@breaks("rights.typically-free", way=Way.ROWS)
def a_fee_that_nobody_decided(hand: Hand) -> None:
    event = {"did": "fee-quoted", "ground": "excessive"}
    request = _stored()
    made = RequestEvent.objects.create(request=request, **event)
    from privacy.rights.models import RequestNote

    RequestNote.objects.create(event=made, text="20 USD: because")


@breaks("rights.typically-free", way=Way.CODE)
def a_fee_for_every_answer(hand: Hand) -> None:
    def answer(old: Any, request: Any, **more: Any) -> Any:
        RequestEvent.objects.create(
            request=request, did="fee-quoted", ground="excessive", actor="x"
        )
        return old(request, **more)

    hand.wrap("privacy.rights.services.answer", answer)


@breaks("sharing.not-identifying")
def figures_that_are_not_rounded(hand: Hand) -> None:
    hand.replace("privacy.rights.statistics.rounded", lambda count: count)


@breaks("sharing.not-identifying", way=Way.CONFIGURATION)
def figures_from_three_on(hand: Hand) -> None:
    hand.replace("privacy.rights.statistics.SMALLEST", 3)


@breaks("rights.answer-within-30-days", "rights.within-three-months", way=Way.ROWS)
def a_request_that_is_held_for_two_hundred_days(hand: Hand) -> None:
    _stored(200, is_held=True)


@breaks("rights.answer-within-30-days", way=Way.ROWS)
def a_request_that_waits_a_day_too_long(hand: Hand) -> None:
    _stored(32)


@breaks("rights.answer-within-30-days", way=Way.ROWS)
def a_request_whose_day_was_moved(hand: Hand) -> None:
    _stored(1, due_on=timezone.localdate() + timedelta(days=60))


@breaks("rights.told-of-delay", way=Way.ROWS)
def more_time_that_was_taken_when_it_was_over(hand: Hand) -> None:
    RequestEvent.objects.create(request=_stored(40), did="extended")


@breaks("rights.confirm-identity", way=Way.ROWS)
def an_answer_without_any_proof(hand: Hand) -> None:
    RequestEvent.objects.create(request=_stored(), did="answered")


@breaks("rights.grounds-limited", way=Way.ROWS)
def a_refusal_on_a_ground_of_its_own(hand: Hand) -> None:
    request = _stored(closed_at=timezone.now())
    RequestEvent.objects.create(request=request, did="refused", ground="difficult")


@breaks("rights.grounds-limited", way=Way.ROWS, measured=True)
def a_database_that_takes_any_ground(hand: Hand) -> None:
    _no_constraint(hand, "rights_requestevent", "fee_has_ground")


@breaks("rights.fee-if-unfounded")
def a_fee_on_a_fourth_ground(hand: Hand) -> None:
    from privacy.rights.choices import Ground

    hand.replace("privacy.rights.services.FEE_GROUNDS", frozenset(Ground))


@breaks("rights.told-of-delay")
def more_time_a_day_after_the_date(hand: Hand) -> None:
    def may(deadline: Any, today: Any) -> bool:
        return not deadline.extended and today <= deadline.due_on + timedelta(days=1)

    hand.replace("privacy.rights.services.may_extend", may)


@breaks("rights.within-three-months", "rights.told-of-delay")
def more_time_twice(hand: Hand) -> None:
    hand.replace("privacy.rights.services.may_extend", lambda deadline, today: True)
