"""Breaks of what holds in spite of a lock, an old tab or another answer, and of forms of the desk.

Each is a condition that `python -m bench.mutants` could once turn round unseen.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone

from contact import export
from privacy.consent import services
from privacy.policy.models import PolicyEvent
from privacy.policy.services import record_event
from sens_site.lib.cache.content_stamp import content_changed
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("rights.withdraw-consent")
def a_no_that_waits_for_its_record(hand: Hand) -> None:
    def whatever_it_says(choice: Any, *, act: Any, held: Any) -> Any:
        return services._record(services.Pending(choice, act, held, timezone.now()))

    hand.replace("privacy.consent.services.record_choice", whatever_it_says)


@breaks("rights.withdraw-consent")
def a_no_that_waits_for_its_account(hand: Hand) -> None:
    hand.replace("privacy.consent.personal_services.CANNOT_WRITE", ())


@breaks("consent.only-by-act")
def a_yes_that_nobody_can_prove(hand: Hand) -> None:
    def never_mind(old: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return old(*args, **kwargs)
        except OperationalError:
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


@breaks("rights.withdraw-consent")
def deletions_that_no_browser_heeds(hand: Hand) -> None:
    def unmarked(old: Any, name: str, item: Any, domain: str) -> Any:
        morsel = old(name, item, domain)
        morsel["secure"] = ""
        return morsel

    hand.wrap("privacy.consent.withdrawal._deletion", unmarked)


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


@breaks("changes.posted-here")
def a_version_that_is_taken_back_after_people_read_it(hand: Hand) -> None:
    def taken_back(version: Any, *, by: Any, reason: str) -> None:
        record_event(version, PolicyEvent.Kind.WITHDRAWN, by=by, note=reason)
        content_changed()

    hand.replace("privacy.policy.services.withdraw_version", taken_back)


@breaks("use.policy-changes", way=Way.CONFIGURATION)
def a_notice_that_does_not_say_what_has_changed(hand: Hand) -> None:
    hand.template("privacy/policy/mail/notice.txt", ("{{ site_origin }}{{ compare }}", ""))


@breaks("use.policy-changes", way=Way.CONFIGURATION)
def a_notice_that_compares_with_nothing(hand: Hand) -> None:
    hand.template("privacy/policy/mail/notice.html", ("{{ site_origin }}{{ compare }}", "#"))


@breaks("rights.within-three-months")
def a_late_request_of_which_only_its_last_days_are_told(hand: Hand) -> None:
    hand.replace("privacy.rights.deadlines.is_late", lambda deadline, today: False)


@breaks("form.contact-me-choice")
def a_file_that_turns_wishes_round(hand: Hand) -> None:
    plain = export._row

    def turned(message: Any) -> Any:
        cells = list(plain(message))
        cells[5] = "no" if cells[5] == "yes" else "yes"
        return cells

    hand.replace("contact.export._row", turned)


@breaks("form.contact-me-choice")
def a_file_with_the_address_of_who_said_no(hand: Hand) -> None:
    plain = export._row

    def with_address(message: Any) -> Any:
        cells = list(plain(message))
        cells[6] = message.email
        return cells

    hand.replace("contact.export._row", with_address)


@breaks("security.against-misuse")
def a_second_factor_that_nobody_takes_away(hand: Hand) -> None:
    hand.replace("accounts.services.RESET_RIGHT", "")
