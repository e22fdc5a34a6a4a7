"""Breaks that once passed unseen: found by `python -m bench.mutants`, or by a stranger who tried."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import Registration, User
from outbox import jobs
from outbox.worker import Worker
from privacy.datamap.registry import entries
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

A_MONTH = 30 * 24 * 3600


def _job(hand: Hand, name: str, **changes: Any) -> None:
    jobs.registered_jobs()
    hand.item(jobs._registry, name, replace(jobs._registry[name], **changes))


@breaks("form.field-left-empty")
def nobody_is_asked_to_look_at_what_is_held(hand: Hand) -> None:
    _job(hand, "announce held messages", run=lambda: None)


@breaks("use.support")
def nobody_is_told_of_what_waits(hand: Hand) -> None:
    _job(hand, "alarms of waiting messages", run=lambda: None)


@breaks("form.field-left-empty", way=Way.CONFIGURATION)
def a_look_at_what_is_held_once_a_month(hand: Hand) -> None:
    _job(hand, "announce held messages", every_seconds=A_MONTH)


@breaks("retention.visits")
def days_that_nobody_counts(hand: Hand) -> None:
    _job(hand, "count visits", run=lambda: None)


@breaks("retention.visits", way=Way.CONFIGURATION)
def days_that_are_counted_once_a_month(hand: Hand) -> None:
    _job(hand, "count visits", every_seconds=A_MONTH)


@breaks("retention.requests")
def copies_that_nobody_knows_and_nobody_removes(hand: Hand) -> None:
    _job(hand, "remove stray copies", run=lambda: None)


@breaks("account.kept-after-deletion")
def restored_people_whom_the_worker_leaves(hand: Hand) -> None:
    _job(hand, "finish erasures", run=lambda: None)


@breaks("account.kept-after-deletion")
def restored_people_whom_the_worker_does_not_see(hand: Hand) -> None:
    _job(hand, "finish erasures", when=lambda: False)


def _address(name: str) -> Any:
    """Return what leads to a view."""
    waiting = list(get_resolver().url_patterns)
    while waiting:
        one = waiting.pop()
        waiting += getattr(one, "url_patterns", ())
        if getattr(one, "name", "") == name:
            return one
    raise LookupError(name)


def _without_its_guards(hand: Hand, name: str, guards: int) -> None:
    """Let an address lead to what stands below the first decorators of its view."""
    address = _address(name)
    view: Any = address.callback
    for _ in range(guards):
        view = view.__wrapped__
    hand.patch.setattr(address, "callback", view)


@breaks("security.against-misuse")
def a_session_left_open_that_ends_the_account(hand: Hand) -> None:
    hand.replace("accounts.decorators.has_just_proven", lambda request: True)


@breaks("security.against-misuse")
def sessions_that_a_link_ends(hand: Hand) -> None:
    _without_its_guards(hand, "end_other_sessions", 1)


@breaks("security.against-misuse")
def a_request_that_a_link_takes_back(hand: Hand) -> None:
    _without_its_guards(hand, "request_withdraw", 1)


@breaks("security.against-misuse")
def a_page_of_members_that_strangers_open(hand: Hand) -> None:
    _without_its_guards(hand, "mfa_index", 2)


@breaks("retention.account")
def accounts_that_wait_for_two_weeks_to_be_confirmed(hand: Hand) -> None:
    def in_two_weeks() -> Any:
        return timezone.now() + timedelta(days=14)

    hand.patch.setattr(Registration._meta.get_field("ends_at"), "default", in_two_weeks)
    hand.patch.setattr(Registration._meta.get_field("ends_at"), "_get_default", in_two_weeks)


@breaks("retention.account")
def accounts_that_nobody_confirmed_and_nobody_ends(hand: Hand) -> None:
    entry = entries()["accounts.Registration"]
    hand.frozen(entry, "purge", lambda rows: None)


@breaks("use.requested-information", measured=True)
def mails_that_wait_for_ever(hand: Hand) -> None:
    hand.replace("outbox.services._claim_first", lambda queue, now: None)


@breaks("use.requested-information")
def mails_that_are_given_up_when_they_are_refused(hand: Hand) -> None:
    hand.replace("outbox.services.MOST_TRIES", 1)


@breaks("retention.backups")
def lines_of_the_ledger_that_stay(hand: Hand) -> None:
    hand.replace("privacy.datamap.ledger.trim", lambda **_: 0)


@breaks("rights.copy")
def a_copy_for_readers_that_turns_answers_round(hand: Hand) -> None:
    def turned(old: Any, entry: Any, name: str, value: Any) -> Any:
        return old(entry, name, not value if isinstance(value, bool) else value)

    hand.wrap("privacy.datamap.export._shown", turned)


@breaks("security.against-misuse")
def an_own_page_that_shows_whoever_is_named(hand: Hand) -> None:
    address = _address("data")
    plain = address.callback

    def of_whoever(request: Any) -> Any:
        named = User.objects.filter(username=request.GET.get("of", "")).first()
        request.user = named or request.user
        return plain(request)

    hand.patch.setattr(address, "callback", of_whoever)


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def a_link_for_a_password_that_lives_for_a_year(hand: Hand) -> None:
    hand.settings.PASSWORD_RESET_TIMEOUT = 365 * 24 * 3600


@breaks("account.kept-after-deletion")
def an_address_that_was_typed_and_is_forgotten(hand: Hand) -> None:
    def without(old: Any, user: Any) -> Any:
        return replace(old(user), claimed=frozenset())

    hand.wrap("accounts.erasure.subject_of", without)


@breaks("consent.only-by-act")
def a_cookie_for_what_is_shown_once(hand: Hand) -> None:
    def remembered(old: Any, response: Any, *args: Any, **kwargs: Any) -> None:
        old(response, *args, **kwargs)
        response.set_cookie("social", "1")

    hand.wrap("privacy.consent.views.allow", remembered)


@breaks(
    "retention.account",
    "retention.consent-receipts",
    "retention.downloads",
    "retention.idle-account",
    "retention.messages",
    "retention.newsletter",
    "retention.requests",
    "retention.sent-mail",
    "retention.visits",
)
def a_worker_that_begins_nothing_apart(hand: Hand) -> None:
    plain = Worker.run_job
    hand.replace(
        "outbox.worker.Worker.run_job",
        lambda self, job: not job.apart and plain(self, job),
    )


@breaks("security.against-misuse")
def a_page_of_nobodys_messages(hand: Hand) -> None:
    """A page that tells a stranger nothing, and opens all the same."""
    hand.patch.setattr(_address("own_messages"), "callback", lambda request: HttpResponse("Yours."))


@breaks("security.against-misuse")
def a_new_page_of_accounts_that_anybody_opens(hand: Hand) -> None:
    hand.patch.setattr(_address("account_logout"), "callback", lambda request: HttpResponse("In."))


@breaks("security.against-misuse")
def a_document_that_a_link_watches(hand: Hand) -> None:
    _without_its_guards(hand, "watch", 1)


@breaks("security.against-misuse")
def mails_that_whoever_looks_can_send_again(hand: Hand) -> None:
    hand.replace("outbox.admin.OutboxMailAdmin.has_retry_permission", lambda self, request: True)


@breaks("security.against-misuse")
def messages_that_whoever_looks_can_take_home(hand: Hand) -> None:
    hand.replace("contact.admin.ContactMessageAdmin.has_export_permission", lambda s, request: True)


@breaks("security.against-misuse")
def messages_that_whoever_looks_can_close(hand: Hand) -> None:
    hand.replace("contact.admin.ContactMessageAdmin.has_step_permission", lambda s, request: True)


@breaks("security.against-misuse")
def requests_that_whoever_looks_can_enter(hand: Hand) -> None:
    hand.replace(
        "privacy.rights.admin.SubjectRequestAdmin.has_add_permission", lambda *args, **kwargs: True
    )


@breaks("retention.consent-receipts")
def receipts_that_nobody_puts_into_the_chain(hand: Hand) -> None:
    _job(hand, "seal consent receipts", run=lambda: None)


@breaks("rights.withdraw-consent")
def a_yes_after_a_no_that_the_account_does_not_hear(hand: Hand) -> None:
    hand.replace("privacy.consent.refusals.Standing.allowed", lambda self, **how: self)
