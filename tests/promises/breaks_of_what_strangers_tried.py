"""Breaks that a second stranger tried: other ways to keep, to tell and to mark than those before."""

import logging
import shutil
import sqlite3
import syslog
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.log import AdminEmailHandler

from accounts.models import User
from accounts.services import verified_addresses
from audit_log.models import AuditEntry
from contact.models import ContactMessage
from contact.order_models import OrderStateQuerySet
from contact.own_messages import _with_conversation
from outbox import jobs
from privacy.datamap.erasure import NothingToEraseError
from privacy.policy import notices
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_walk import WEBMASTER, answers, at, visits
from tests.promises.hand import Hand


@breaks("usage.details")
def a_second_database_beside_the_first(hand: Hand) -> None:
    target = Path(settings.STATIC_ROOT).parent / "visits.sqlite3"
    visits(hand, lambda _: sqlite3.connect(target).close())
    hand.on_release(lambda: target.unlink(missing_ok=True))


@breaks("usage.details")
def a_folder_for_each_message(hand: Hand) -> None:
    target = Path(settings.STATIC_ROOT).parent / "messages-of-ada"
    visits(hand, lambda _: target.mkdir(exist_ok=True))
    hand.on_release(lambda: shutil.rmtree(target, ignore_errors=True))


@breaks("usage.details")
def a_list_of_senders_beside_the_copies(hand: Hand) -> None:
    leads = Path(settings.PRIVATE_ROOT) / "leads.csv"
    visits(hand, lambda _: (Path(settings.PRIVATE_ROOT) / leads.name).open("a").close())
    hand.on_release(lambda: leads.unlink(missing_ok=True))


@breaks("usage.ip-address", in_sql=True)
def a_statement_that_begins_with_a_comment(hand: Hand) -> None:
    def note(request: HttpRequest) -> None:
        with connection.cursor() as cursor:
            of_this_request = "/* view */ UPDATE accounts_user SET phone = %s"
            cursor.execute(of_this_request, [request.META["REMOTE_ADDR"]])

    visits(hand, note)


@breaks("information.communications-kept")
def an_address_for_mail_in_the_address_of_a_page(hand: Hand) -> None:
    def lead(request: HttpRequest, response: HttpResponse) -> None:
        if response.has_header("Location"):
            to = urlencode({"to": request.POST.get("email", "")})
            response.headers["Location"] += f"?{to}"

    answers(hand, at(WEBMASTER, "POST"), lead)


@breaks("cookies.none-before-consent", "cookies.several-types")
def a_cookie_for_who_comes_by_an_advertisement(hand: Hand) -> None:
    def mark(request: HttpRequest, response: HttpResponse) -> None:
        if "gclid" in request.GET:
            response.set_cookie("campaign", request.GET["gclid"])

    answers(hand, at(WEBMASTER), mark)


@breaks("usage.shared-with-partners")
def a_log_of_the_machine(hand: Hand) -> None:
    visits(hand, lambda _: syslog.syslog("somebody has written"))


@breaks("security.technical", way=Way.CONFIGURATION)
def passwords_of_any_length(hand: Hand) -> None:
    hand.settings.AUTH_PASSWORD_VALIDATORS = []


@breaks("retention.access-logs", way=Way.CONFIGURATION)
def errors_that_are_mailed_with_what_was_typed(hand: Hand) -> None:
    handler, logger = AdminEmailHandler(), logging.getLogger("django.request")
    logger.addHandler(handler)
    hand.on_release(lambda: logger.removeHandler(handler))


@breaks("cookies.none-before-consent")
def a_mark_for_caches_by_network(hand: Hand) -> None:
    def mark(request: HttpRequest, response: HttpResponse) -> None:
        response.headers["ETag"] = f'"{zlib.crc32(request.META["REMOTE_ADDR"].encode())}"'

    answers(hand, lambda request: request.path == WEBMASTER, mark)


@breaks("information.communications-kept", "usage.details", in_sql=True)
def a_list_of_who_did_what_that_says_who_wrote(hand: Hand) -> None:
    def note(request: HttpRequest) -> None:
        name = request.POST.get("email", "")
        AuditEntry.objects.create(kind="other", did="Was written to.", name=name)

    visits(hand, note)


@breaks("cookies.none-before-consent", "cookies.several-types")
def a_cookie_for_who_asks_what_is_allowed(hand: Hand) -> None:
    answers(hand, at(WEBMASTER, "OPTIONS"), lambda _, answer: answer.set_cookie("seen", "1"))


@breaks("use.policy-changes")
def versions_that_the_worker_announces_to_nobody(hand: Hand) -> None:
    jobs.registered_jobs()
    idle = replace(jobs._registry["announce policy versions"], run=lambda: None)
    hand.item(jobs._registry, "announce policy versions", idle)


@breaks("security.against-misuse")
def orders_of_everybody(hand: Hand) -> None:
    hand.patch.setattr(OrderStateQuerySet, "of", lambda self, subject: self.order_by("pk"))


@breaks("security.against-misuse")
def messages_of_everybody(hand: Hand) -> None:
    everybody = ContactMessage.objects.order_by("-pk")[:20]
    hand.replace(
        "contact.own_messages._newest", lambda addresses: list(_with_conversation(everybody))
    )


@breaks("account.delete", "account.delete-removes-data")
def who_waits_for_an_answer_cannot_leave(hand: Hand) -> None:
    def while_nothing_waits(plain: Any, user: User) -> Any:
        if ContactMessage.objects.waiting().filter(email=user.email).exists():
            raise NothingToEraseError
        return plain(user)

    hand.wrap("accounts.views.erase_account", while_nothing_waits)


def _told_but(hand: Hand, left_out: dict[str, Any]) -> None:
    """Write of new versions to nobody of a kind."""

    def told(after: int) -> Iterator[tuple[int, str]]:
        silent = set(User.objects.filter(**left_out).values_list("pk", flat=True))
        return (one for one in verified_addresses(after) if one[0] not in silent)

    hand.item(notices._audiences, "customers", told)
    hand.replace("sens_site.promises.leaving.verified_addresses", told)


@breaks("use.policy-changes")
def who_has_been_away_for_a_year_is_told_nothing(hand: Hand) -> None:
    _told_but(hand, {"last_login__lt": timezone.now() - timedelta(days=365)})


@breaks("use.policy-changes")
def who_has_never_logged_in_is_told_nothing(hand: Hand) -> None:
    _told_but(hand, {"last_login": None})


@breaks("use.policy-changes")
def who_wants_no_news_is_told_nothing(hand: Hand) -> None:
    _told_but(hand, {"marketing_opt_in_at": None})


@breaks("use.policy-changes")
def who_joined_long_ago_is_told_nothing(hand: Hand) -> None:
    _told_but(hand, {"date_joined__lt": timezone.now() - timedelta(days=5 * 365)})


@breaks("use.policy-changes", way=Way.CONFIGURATION)
def a_drawn_notice_that_does_not_name_the_version(hand: Hand) -> None:
    hand.template("privacy/policy/mail/notice.html", ("{{ version.hash }}", ""))
