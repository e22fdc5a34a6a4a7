"""Breaks of the request desk, and of what people are told."""

from dataclasses import replace
from typing import Any

from django.db import IntegrityError

from privacy.datamap.models import PurgeFailure
from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

MAILS = "privacy/rights/mail/"


def _form_without(hand: Hand, kind: str) -> None:
    from privacy.rights.forms import RequestForm

    field: Any = RequestForm.base_fields["kind"]
    hand.patch.setattr(field, "choices", [one for one in field.choices if one[0] != kind])


@breaks("rights.eea-may-ask", measured=True)
def a_form_that_leaves_a_kind_out(hand: Hand) -> None:
    _form_without(hand, "question")


@breaks("rights.eea-may-ask", "rights.restriction")
def a_form_without_restriction(hand: Hand) -> None:
    _form_without(hand, "restriction")


@breaks("rights.by-webmaster-form", "rights.object", "rights.restriction")
def a_request_that_goes_nowhere(hand: Hand) -> None:
    hand.replace("contact.views.receive_request", lambda *args, **kwargs: None)


@breaks("rights.object")
def an_objection_that_has_to_wait(hand: Hand) -> None:
    from privacy.rights.choices import Kind

    others = frozenset({Kind.QUESTION, Kind.WITHDRAWAL})
    hand.replace("privacy.rights.models.NEEDS_NO_PROOF", others)


@breaks("rights.whether-we-process")
def an_answer_that_is_always_no(hand: Hand) -> None:
    def nothing(old: Any, subject: Any) -> Any:
        return replace(old(subject), lines=())

    hand.wrap("privacy.rights.answer_drafts.plan_erasure", nothing)


@breaks("rights.answer-within-30-days", "rights.told-of-delay")
def forty_five_days(hand: Hand) -> None:
    hand.replace("privacy.rights.deadlines.DAYS", 45)


@breaks("rights.within-three-months")
def four_months(hand: Hand) -> None:
    hand.replace("privacy.rights.deadlines.MONTHS_AT_MOST", 4)


@breaks("rights.told-of-delay", way=Way.CONFIGURATION)
def a_delay_without_its_reason(hand: Hand) -> None:
    hand.template(f"{MAILS}extended.txt", ("{{ reason }}", ""))


@breaks("rights.confirm-identity")
def an_answer_to_anybody(hand: Hand) -> None:
    hand.replace("privacy.rights.models.SubjectRequest.may_act", True)


@breaks(
    "rights.fee-if-unfounded",
    "rights.complaint",
    "rights.grounds-limited",
    way=Way.CONFIGURATION,
)
def a_fee_without_the_authority(hand: Hand) -> None:
    hand.template(f"{MAILS}fee.txt", ("{{ authorities }}", ""))


@breaks(
    "rights.refusal-if-unfounded",
    "rights.complaint",
    "rights.grounds-limited",
    way=Way.CONFIGURATION,
)
def a_refusal_without_the_authority(hand: Hand) -> None:
    hand.template(f"{MAILS}refused.txt", ("{{ authorities }}", ""))


@breaks("rights.grounds-limited", "rights.refusal-if-not-shown", way=Way.CONFIGURATION)
def no_authority_for_who_is_not_known(hand: Hand) -> None:
    only_if_known = "{% if request.may_act %}{{ authorities }}{% endif %}"
    hand.template(f"{MAILS}refused.txt", ("{{ authorities }}", only_if_known))


@breaks("rights.complaint", way=Way.CONFIGURATION)
def no_link_to_the_authorities(hand: Hand) -> None:
    hand.policy_text("https://www.edpb.europa.eu/about-edpb/about-edpb/members_en", "/contact/")


@breaks("use.requested-information", way=Way.CONFIGURATION)
def another_answer_than_the_record_says(hand: Hand) -> None:
    hand.template(f"{MAILS}answered.txt", ("{{ answer }}", "See above."))


@breaks("retention.requests")
def words_that_stay_two_years(hand: Hand) -> None:
    entry = entries()["rights.SubjectRequest"]
    longer = tuple(
        replace(keep, period=Period(months=24)) if keep.blank else keep for keep in entry.keep
    )
    hand.frozen(entry, "keep", longer)


@breaks("retention.requests")
def notes_that_go_two_days_late(hand: Hand) -> None:
    entry = entries()["rights.RequestNote"]
    hand.frozen(
        entry, "keep", tuple(replace(k, period=Period(months=12, days=2)) for k in entry.keep)
    )


@breaks("retention.requests")
def outlines_that_the_database_does_not_let_go(hand: Hand) -> None:
    def refused(requests: Any) -> None:
        raise IntegrityError("rights_requestevent: what is sealed is never changed or deleted")

    hand.frozen(entries()["rights.SubjectRequest"], "purge", refused)


@breaks("retention.requests")
def a_purge_that_has_failed_since_yesterday(hand: Hand) -> None:
    PurgeFailure.objects.create(
        rule="rights.SubjectRequest: deleted 36 months after closing (events__at)",
        title="Your privacy requests",
        promise="retention.requests",
        error="IntegrityError",
    )


@breaks("sharing.not-identifying")
def figures_of_single_people(hand: Hand) -> None:
    hand.replace("privacy.rights.statistics.SMALLEST", 1)


@breaks("use.policy-changes")
def nobody_is_told(hand: Hand) -> None:
    hand.replace("privacy.policy.notices.store_copies", lambda *args, **kwargs: 0)


@breaks("use.policy-changes")
def notices_that_wait_until_the_change_is_there(hand: Hand) -> None:
    hand.replace("sens_site.promises.policy_changes.told_too_late", lambda: 3)


@breaks("use.policy-changes")
def who_was_held_meanwhile_is_never_told(hand: Hand) -> None:
    hand.replace("privacy.rights.restrictions.tell_what_was_missed", lambda *args, **kwargs: 0)


@breaks("retention.other-records")
def an_answer_about_this_website_alone(hand: Hand) -> None:
    hand.replace("privacy.rights.answer_drafts.NOT_HERE", "")
