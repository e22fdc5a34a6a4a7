"""Breaks that meet only some: who wrote to a department, has many rows, or asks for the third time."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from newsletter.models import Subscriber
from privacy.datamap.registry import entries
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_walk import answers, at
from tests.promises.hand import Hand

ERASED = ("rights.erasure", "account.delete-removes-data")


def _goes_only(hand: Hand, **where: Any) -> None:
    """Let an erasure delete some messages alone."""
    hand.frozen(
        entries()["contact.ContactMessage"],
        "erase",
        lambda subject, rows: rows.filter(**where).delete()[0],
    )


@breaks(*ERASED)
def messages_to_departments_that_stay(hand: Hand) -> None:
    _goes_only(hand, topic="webmaster")


@breaks("account.delete-removes-data")
def messages_to_one_department_that_stay(hand: Hand) -> None:
    from contact.models import ContactMessage

    def erase(subject: Any, rows: Any) -> int:
        kept = ContactMessage.objects.filter(topic="order-status")
        return int(rows.exclude(pk__in=kept.values("pk")).delete()[0])

    hand.frozen(entries()["contact.ContactMessage"], "erase", erase)


@breaks("account.delete-removes-data")
def a_mail_that_brings_words_of_who_is_gone(hand: Hand) -> None:
    hand.replace("privacy.datamap.stored_mail._marks", [])


# --- the page and the copy of whoever has more than a few rows ---


@breaks("account.own-copy")
def a_page_without_messages_taken_for_spam(hand: Hand) -> None:
    def newest(old: Any, addresses: Any) -> Any:
        return [row for row in old(addresses) if "spam" not in row]

    hand.wrap("contact.own_messages._newest", newest)


@breaks("account.own-copy")
def a_list_of_messages_that_ends_with_its_first_page(hand: Hand) -> None:
    def own(old: Any, subject: Any, page: Any) -> Any:
        return old(subject, page)._replace(older=None)

    hand.wrap("contact.own_messages.own_messages", own)


@breaks("account.own-copy", way=Way.CONFIGURATION)
def a_page_that_shows_five_downloads_alone(hand: Hand) -> None:
    newest = "rows.downloads|newest_first"
    hand.template("accounts/data.html", (newest, f'{newest}|slice:":5"'))


@breaks("account.own-copy")
def a_copy_that_is_given_three_times_alone(hand: Hand) -> None:
    given: Counter[Any] = Counter()

    def refuse(request: HttpRequest, response: HttpResponse) -> None:
        given[request.user.pk] += 1
        if given[request.user.pk] > 3:
            response.status_code = 429

    answers(hand, at("/accounts/data/copy/", "POST"), refuse)


# --- who has no account ---


@breaks("account.kept-after-deletion")
def orders_of_people_without_an_account(hand: Hand) -> None:
    hand.replace("contact.orders.identity", lambda: SimpleNamespace(by_address=lambda _: True))


# --- who has more than an account ---


def _never_idle(hand: Hand, **who: Any) -> None:
    hand.wrap(
        "accounts.idle_accounts.idle_since",
        lambda old, moment: old(moment).exclude(pk__in=User.objects.filter(**who).values("pk")),
    )


@breaks("retention.idle-account", in_sql=True)
def accounts_with_a_passkey_that_are_never_idle(hand: Hand) -> None:
    _never_idle(hand, authenticator__type="webauthn")


@breaks("retention.idle-account", in_sql=True)
def accounts_with_downloads_that_are_never_idle(hand: Hand) -> None:
    _never_idle(hand, downloads__isnull=False)


@breaks("retention.idle-account", in_sql=True)
def accounts_of_readers_that_are_never_idle(hand: Hand) -> None:
    readers = Subscriber.objects.filter(state="confirmed")
    _never_idle(hand, email__in=readers.values("email"))
