"""Breaks of what staff correct for people: at the request, and by the account's own page."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress

from accounts import services
from accounts.data_subject_switches import PROFILE
from accounts.models import User
from accounts.services import correct_profile
from privacy.datamap.subjects import Subject
from privacy.rights import corrections, request_steps
from privacy.rights.choices import Did
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def _writes(hand: Hand, write: Any) -> None:
    hand.item(
        corrections._correctable,
        "accounts",
        corrections.Correctable(PROFILE.columns, PROFILE.read, write),
    )


@breaks("rights.correction", in_sql=True)
def a_correction_for_everybody_of_that_name(hand: Hand) -> None:
    def write(subject: Subject, values: Mapping[str, str]) -> None:
        name = User.objects.get(pk=subject.user_id or 0).name
        User.objects.filter(name=name).update(**values)

    _writes(hand, write)


@breaks("rights.correction")
def a_correction_that_forgets_the_employer(hand: Hand) -> None:
    def write(subject: Subject, values: Mapping[str, str]) -> None:
        correct_profile(subject, {**values, "company": PROFILE.read(subject)["company"]})

    _writes(hand, write)


@breaks("rights.correction")
def a_correction_that_keeps_what_was_emptied(hand: Hand) -> None:
    def write(subject: Subject, values: Mapping[str, str]) -> None:
        before = PROFILE.read(subject)
        correct_profile(subject, {one: said or before[one] for one, said in values.items()})

    _writes(hand, write)


@breaks("rights.correction", in_sql=True)
def a_correction_that_says_yes_to_marketing(hand: Hand) -> None:
    def write(subject: Subject, values: Mapping[str, str]) -> None:
        correct_profile(subject, values)
        user = User.objects.get(pk=subject.user_id or 0)
        services.change_profile(user, marketing=True, **values)

    _writes(hand, write)


@breaks("rights.correction")
def a_correction_at_anybodys_request(hand: Hand) -> None:
    hand.replace("privacy.rights.models.SubjectRequest.proof", True)


@breaks("rights.correction")
def a_correction_of_which_nobody_is_told(hand: Hand) -> None:
    class Silent:
        def send(self) -> None:
            pass

    hand.replace("privacy.rights.corrections.mails.corrected", lambda *_, **__: Silent())


@breaks("rights.correction")
def a_record_that_does_not_say_what_was_corrected(hand: Hand) -> None:
    def record(old: Any, request: Any, did: Did, **facts: Any) -> Any:
        return old(request, did, **{**facts, "text": "Done."})

    hand.wrap("privacy.rights.corrections.record", record)


@breaks("rights.correction", way=Way.CONFIGURATION)
def a_mail_that_does_not_say_what_was_corrected(hand: Hand) -> None:
    hand.template("privacy/rights/mail/corrected.txt", ("- {{ line }}", "- your profile"))


@breaks("rights.correction")
def a_desk_that_offers_no_correction(hand: Hand) -> None:
    step = next(one for one in request_steps.STEPS if one.slug == "correct")
    hand.frozen(step, "offered", lambda request: False)


@breaks("rights.correction", in_sql=True)
def an_old_address_that_counts_beside_that_of_the_desk(hand: Hand) -> None:
    def write(user: User, *, email: str) -> None:
        EmailAddress.objects.filter(user=user).update(primary=False)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)

    hand.replace("accounts.admin.set_verified_address", write)
