"""Breaks of the forms of departments."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from contact.models import ContactMessage, State
from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("contact.departments")
def departments_that_share_one_drawer(hand: Hand) -> None:
    from contact.forms import DepartmentForm

    submission: Any = DepartmentForm.submission
    hand.patch.setattr(
        DepartmentForm,
        "submission",
        property(lambda form: replace(submission.fget(form), topic="feedback")),
    )


@breaks("contact.departments")
def photos_that_outlive_their_messages(hand: Hand) -> None:
    """The purge deletes nothing that has photos."""

    def without(old: Any, entry: Any, *args: Any) -> Any:
        rows = old(entry, *args)
        return rows.filter(photos=None) if entry.label == "contact.ContactMessage" else rows

    hand.wrap("privacy.datamap.retention.expired_rows", without)


@breaks("contact.departments", way=Way.CONFIGURATION)
def a_notice_without_a_period(hand: Hand) -> None:
    hand.template(
        "privacy/datamap/collection.html",
        ("{% for period in periods %}{{ period }}{% endfor %}", ""),
    )


@breaks("contact.departments", way=Way.CONFIGURATION)
def a_form_that_does_not_say_whose_it_is(hand: Hand) -> None:
    hand.template("contact/department.html", ("Write to {{ department.label }}", "Write to us"))


@breaks("contact.departments", way=Way.CONFIGURATION)
def a_form_that_reaches_another_mailbox(hand: Hand) -> None:
    company = hand.settings.COMPANY
    hand.settings.COMPANY = replace(
        company,
        departments=tuple(
            replace(one, recipient="sales@sales.test") for one in company.departments
        ),
    )


@breaks("contact.departments", "retention.messages")
def a_drawer_that_nobody_empties(hand: Hand) -> None:
    entry = entries()["contact.ContactMessage"]
    longer = tuple(replace(keep, period=Period(months=25)) for keep in entry.keep)
    hand.frozen(entry, "keep", longer)


@breaks("contact.departments", "retention.messages", way=Way.ROWS)
def an_order_of_six_years_ago(hand: Hand) -> None:
    long_ago = timezone.now() - timedelta(days=6 * 365)
    ContactMessage.objects.create(
        topic="order-status",
        name="Ada",
        email="ada@customer.test",
        message="Where is it?",
        fingerprint="f" * 64,
        received_at=long_ago,
        answered_at=long_ago,
        state=State.ANSWERED,
    )


@breaks("rights.copy")
def a_copy_without_the_photos(hand: Hand) -> None:
    hand.replace("privacy.datamap.export.attached_files", lambda subject: iter(()))
