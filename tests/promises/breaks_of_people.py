"""Breaks of accounts and of the form that reaches the webmaster."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.templatetags.account_tags import OWN_PAGES
from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from privacy.datamap.terms import OnErase
from sens_site.lib.months import add_months
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def leave_out(hand: Hand, name: str) -> None:
    """Take one page out of the navigation of a person's own pages."""
    hand.replace(
        "accounts.templatetags.account_tags.OWN_PAGES",
        tuple((label, tuple(one for one in pages if one[0] != name)) for label, pages in OWN_PAGES),
    )


@breaks("account.delete", way=Way.CONFIGURATION)
def no_way_to_the_deletion(hand: Hand) -> None:
    leave_out(hand, "accounts:delete")


@breaks("account.delete", "account.delete-removes-data", "retention.account")
def an_account_that_is_only_switched_off(hand: Hand) -> None:
    def switch_off(user: Any) -> None:
        user.is_active = False
        user.save()

    hand.replace("accounts.views.erase_account", switch_off)


@breaks("account.delete-removes-data", "account.kept-after-deletion", "rights.erasure")
def messages_that_stay(hand: Hand) -> None:
    hand.frozen(entries()["contact.ContactMessage"], "on_erase", OnErase.KEEP)


@breaks("information.account-profile", way=Way.CONFIGURATION)
def a_page_that_hides_something(hand: Hand) -> None:
    without = '{% if called != "Phone" %}{{ said }}{% endif %}'
    hand.template("accounts/data.html", ('{% firstof said "not given" %}', without))


@breaks("rights.correction")
def a_correction_that_is_lost(hand: Hand) -> None:
    from accounts.forms import ProfileFields, ProfileForm

    details: Any = vars(ProfileFields)["details"].fget
    hand.patch.setattr(
        ProfileForm, "details", property(lambda self: {**details(self), "company": "?"})
    )


@breaks("form.required-fields")
def a_message_without_words(hand: Hand) -> None:
    from contact.forms import WebmasterForm

    hand.patch.setattr(WebmasterForm.base_fields["message"], "required", False)


def _received(hand: Hand, change: Any) -> None:
    def receive(old: Any, submission: Any, **kwargs: Any) -> Any:
        return change(old, submission, **kwargs)

    hand.wrap("contact.views.receive_message", receive)


@breaks("form.only-to-contact")
def a_message_that_signs_somebody_up(hand: Hand) -> None:
    from django.contrib.auth.models import Group

    def with_list(old: Any, submission: Any, **kwargs: Any) -> Any:
        Group.objects.get_or_create(name=submission.email)
        return old(submission, **kwargs)

    _received(hand, with_list)


@breaks("form.contact-me-choice")
def a_no_that_is_taken_for_a_yes(hand: Hand) -> None:
    _received(hand, lambda old, sent, **kwargs: old(replace(sent, wants_contact=True), **kwargs))


@breaks("form.field-left-empty")
def a_trap_that_catches_nothing(hand: Hand) -> None:
    _received(hand, lambda old, sent, **kwargs: old(sent))


def _keep_messages(hand: Hand, **changes: Any) -> None:
    entry = entries()["contact.ContactMessage"]
    hand.frozen(entry, "keep", tuple(replace(keep, **changes) for keep in entry.keep))


@breaks("information.communications-kept", "retention.messages")
def messages_that_vanish(hand: Hand) -> None:
    _keep_messages(hand, after="received_at", period=Period(), where={})


@breaks("retention.messages")
def messages_that_go_two_days_early(hand: Hand) -> None:
    _keep_messages(hand, period=Period(months=24, days=-2))


@breaks("retention.messages")
def messages_that_stay_two_days_longer(hand: Hand) -> None:
    _keep_messages(hand, period=Period(months=24, days=2))


@breaks("retention.messages")
def messages_that_stay_for_ever(hand: Hand) -> None:
    hand.wrap(
        "privacy.datamap.retention.expired_rows",
        lambda old, entry, *args: (
            entry.model._base_manager.none()
            if entry.label == "contact.ContactMessage"
            else old(entry, *args)
        ),
    )


@breaks("retention.messages")
def a_message_that_the_purge_has_missed(hand: Hand) -> None:
    from contact.models import ContactMessage, State

    ContactMessage.objects.create(
        name="A", email="a@example.com", message="A", fingerprint="0" * 64,
        state=State.ANSWERED, answered_at=add_months(timezone.now(), -24) - timedelta(days=3),
    )  # fmt: skip


@breaks("use.answer-inquiries")
def an_inbox_without_ages(hand: Hand) -> None:
    from contact.admin import ContactMessageAdmin

    hand.patch.setattr(ContactMessageAdmin, "list_display", ("reference", "name"))


@breaks("retention.idle-account")
def an_unused_account_that_ends_without_waiting(hand: Hand) -> None:
    hand.replace("accounts.idle_accounts.GRACE", Period(days=28))


@breaks("retention.idle-account")
def an_unused_account_that_is_told_a_month_early(hand: Hand) -> None:
    hand.replace("accounts.idle_accounts.UNUSED", Period(months=11))


@breaks("retention.idle-account", in_sql=True)
def a_notice_that_staff_get_too(hand: Hand) -> None:
    def everybody(old: Any, moment: Any) -> Any:
        return User.objects.filter(last_login__lt=moment)

    hand.wrap("accounts.idle_accounts.idle_since", everybody)


@breaks("form.only-to-contact")
def a_telephone_number_that_goes_into_a_profile(hand: Hand) -> None:
    """Only of an address that has an account, and says of no telephone yet."""

    def receive(old: Any, submission: Any, **how: Any) -> Any:
        User.objects.filter(email=submission.email, phone="").update(phone=submission.phone)
        return old(submission, **how)

    hand.wrap("contact.views.receive_message", receive)


@breaks("form.only-to-contact")
def a_message_that_is_taken_for_a_wish_to_get_news(hand: Hand) -> None:
    def receive(old: Any, submission: Any, **how: Any) -> Any:
        User.objects.filter(email=submission.email).update(marketing_opt_in_at=timezone.now())
        return old(submission, **how)

    hand.wrap("contact.views.receive_message", receive)
