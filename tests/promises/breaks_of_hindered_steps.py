"""Breaks of what holds in spite of a lock, an old tab or another answer, and of forms of the desk.

Each is a condition that `python -m bench.mutants` could once turn round unseen.
"""

from typing import Any

from django.core.exceptions import ValidationError

from privacy.consent import services
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


@breaks("rights.withdraw-consent")
def a_no_that_waits_for_its_record(hand: Hand) -> None:
    def whatever_it_says(choice: Any, *, act: Any, held: Any) -> Any:
        return services._record(services.Pending(choice, act, held, services.timezone.now()))

    hand.replace("privacy.consent.services.record_choice", whatever_it_says)


@breaks("rights.withdraw-consent")
def a_no_that_waits_for_its_account(hand: Hand) -> None:
    hand.replace("privacy.consent.personal_services.CANNOT_WRITE", ())


@breaks("consent.only-by-act")
def a_yes_that_nobody_can_prove(hand: Hand) -> None:
    def never_mind(old: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return old(*args, **kwargs)
        except services.OperationalError:
            return services.Recorded(None)

    hand.wrap("privacy.consent.services.record_choice", never_mind)


@breaks("rights.withdraw-consent")
def a_no_of_yesterday_that_says_nothing(hand: Hand) -> None:
    def stands(old: Any, choice: Any, before: Any, offered: Any) -> str:
        kept: str = before.stored.get(offered.key, "")
        return kept if choice.stale else old(choice, before, offered)

    hand.wrap("privacy.consent.outcome._entry", stands)


@breaks("rights.withdraw-consent")
def cookies_that_stay_on_the_domain_above(hand: Hand) -> None:
    hand.replace("privacy.consent.withdrawal._domains", lambda request: iter([""]))


@breaks("cookies.remember-preferences")
def a_yes_that_is_lost_with_another_answer(hand: Hand) -> None:
    def forgets(old: Any, choice: Any, before: Any, offered: Any) -> str:
        entry: str = old(choice, before, offered)
        return entry if offered.key in choice.answers else "-1"

    hand.wrap("privacy.consent.outcome._entry", forgets)


@breaks("use.requested-information")
def answers_with_gaps(hand: Hand) -> None:
    hand.replace("privacy.rights.forms.gap_in", lambda text: "")


@breaks("use.requested-information")
def answers_that_no_form_takes(hand: Hand) -> None:
    hand.replace("privacy.rights.forms.gap_in", lambda text: text)


@breaks("use.requested-information")
def letters_that_nobody_can_answer(hand: Hand) -> None:
    hand.replace("privacy.rights.forms.EntryForm.clean", lambda self: self.cleaned_data)


@breaks("use.requested-information")
def letters_that_nobody_can_enter(hand: Hand) -> None:
    def refused(form: Any) -> None:
        raise ValidationError("Enter an email.")

    hand.replace("privacy.rights.forms.EntryForm.clean", refused)


@breaks("rights.restriction")
def staff_who_are_not_told_of_a_restriction(hand: Hand) -> None:
    hand.replace("privacy.datamap.templatetags.holds.is_held", lambda row: False)


@breaks("rights.restriction")
def staff_who_are_told_of_a_restriction_everywhere(hand: Hand) -> None:
    hand.replace("privacy.datamap.templatetags.holds.is_held", lambda row: True)
