"""Breaks that let words of a person outlive the account, where staff have changed them."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest

from accounts import staff_trail
from accounts.models import User
from audit_log.desk import AuditedMixin
from audit_log.services import Kind, record
from contact.models import CannedAnswer
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


@breaks("account.kept-after-deletion", in_sql=True)
def a_list_of_who_did_what_that_knows_addresses(hand: Hand) -> None:
    hand.replace("accounts.staff_trail.OF_ACCOUNTS", staff_trail.OF_ACCOUNTS | {"email"})


@breaks("account.kept-after-deletion", in_sql=True)
def a_list_of_who_did_what_that_names_the_account(hand: Hand) -> None:
    plain = AuditedMixin.log_change

    def named(self: Any, request: HttpRequest, obj: Any, message: Any) -> LogEntry | None:
        if isinstance(obj, User):
            record(Kind.OTHER, f"Changed {obj.username}.")
        return plain(self, request, obj, message)

    hand.replace("audit_log.desk.AuditedMixin.log_change", named)


@breaks("account.kept-after-deletion", in_sql=True)
def a_company_that_becomes_an_answer_for_all(hand: Hand) -> None:
    plain = AuditedMixin.log_change

    def kept(self: Any, request: HttpRequest, obj: Any, message: Any) -> LogEntry | None:
        if isinstance(obj, User):
            CannedAnswer.objects.create(title=obj.company, text=f"Dear {obj.name}")
        return plain(self, request, obj, message)

    hand.replace("audit_log.desk.AuditedMixin.log_change", kept)
