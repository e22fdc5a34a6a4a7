"""Breaks of words that are in a page as promised, and that a style hides from people."""

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_looks import served_with
from tests.promises.hand import Hand

TEMPLATE = Way.CONFIGURATION


@breaks("policy.last-updated", "changes.date-at-top", way=TEMPLATE)
def no_date_of_the_policy_on_telephones(hand: Hand) -> None:
    served_with(hand, "@media (width < 40rem) { .head .label:has(time) { display: none } }")


@breaks("policy.last-updated", "changes.date-at-top", way=TEMPLATE)
def a_date_of_the_policy_of_no_size(hand: Hand) -> None:
    served_with(hand, "main .label > time { font-size: 0 }")


@breaks("changes.posted-here", "changes.earlier-versions", way=TEMPLATE)
def lists_of_the_policy_that_are_not_shown(hand: Hand) -> None:
    served_with(hand, ".prose ul { display: none }")


@breaks("footer.copyright-year", way=TEMPLATE)
def a_year_that_lies_off_the_screen(hand: Hand) -> None:
    served_with(hand, "footer .legal p { position: absolute; left: -9999px }")


@breaks("use.told-when-collected", "contact.departments", way=TEMPLATE)
def notices_that_nobody_reads(hand: Hand) -> None:
    served_with(hand, "aside .panel { opacity: 0.05 }")


@breaks("policy.breadcrumb", way=TEMPLATE)
def a_path_that_is_hidden(hand: Hand) -> None:
    served_with(hand, "@media (max-width: 30em) { nav[aria-label=Breadcrumb] { display: none } }")


@breaks("downloads.recorded", way=TEMPLATE)
def records_of_downloads_that_their_person_does_not_see(hand: Hand) -> None:
    record = "{{ record.title }}"
    hand.template("accounts/data.html", (record, f"<span hidden>{record}</span>"))


@breaks("downloads.need-information", way=TEMPLATE)
def a_log_in_that_says_in_white_for_whom_a_file_is(hand: Hand) -> None:
    reason = "“{{ wanted.title }}” is for registered customers"
    hand.template("account/login.html", (reason, f'<span style="opacity: 0">{reason}</span>'))


@breaks("downloads.unchanged", way=TEMPLATE)
def a_hash_of_a_file_that_is_for_machines_alone(hand: Hand) -> None:
    hand.template(
        "downloads/document.html",
        ("<p><code>{{ shown.sha256 }}", "<p hidden><code>{{ shown.sha256 }}"),
    )
