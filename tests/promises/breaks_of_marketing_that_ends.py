"""Breaks of objections and withdrawals: a door that heeds nothing, and half of what is to end."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from newsletter.models import Subscriber
from newsletter.wording import keep_wording, words_shown
from privacy.consent.models import PersonalRefusals
from privacy.rights.switches import _switches
from tests.factories.people import make_person
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_source_code import _with
from tests.promises.hand import Hand


@breaks("rights.object-to-marketing", in_sql=True)
def an_objection_that_staff_have_seen_proven_in_vain(hand: Hand) -> None:
    hand.replace("privacy.rights.services.heed_objection", lambda request: None)


@breaks("rights.object-to-marketing")
def another_way_to_show_who_objects_that_ends_nothing(hand: Hand) -> None:
    code = "def seen(request):\n    record(request, Did.IDENTITY_PROVED, proof=Proof.STAFF)"
    _with(hand, "privacy/rights/handling.py", code)


@breaks("rights.withdraw-consent", in_sql=True)
def a_yes_taken_back_without_the_newsletter(hand: Hand) -> None:
    hand.replace("accounts.services.refuse_newsletter", lambda user: None)


@breaks("rights.withdraw-consent", in_sql=True)
def a_switch_of_the_desk_that_stops_half_of_it(hand: Hand) -> None:
    from accounts.models import User

    def stop(subject: object) -> None:
        User.objects.filter(pk=subject.user_id).update(marketing_opt_in_at=None)  # type: ignore[attr-defined]  # of any app

    half = replace(_switches["marketing-mail"], switch_off=stop)
    hand.item(_switches, "marketing-mail", half)


@breaks("rights.withdraw-consent")
def a_newsletter_that_the_desk_cannot_switch_off(hand: Hand) -> None:
    never = replace(_switches["newsletter"], is_on=lambda subject: False)
    hand.item(_switches, "newsletter", never)


@breaks("rights.object", "rights.withdraw-consent", way=Way.ROWS)
def a_reader_whose_account_has_refused_the_newsletter(hand: Hand) -> None:
    user = make_person("ada")
    at = timezone.now() - timedelta(days=9)
    Subscriber.objects.create(
        email=user.email,
        state="confirmed",
        confirmed_at=at,
        confirmed_by="link",
        policy_version=3,
        wording=keep_wording(words_shown()),
    )
    PersonalRefusals.objects.create(user=user, newsletter_refused_at=at + timedelta(days=1))
