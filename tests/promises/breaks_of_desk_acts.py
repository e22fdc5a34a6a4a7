"""Breaks of what the desk does to rows: records that are written there, lists that leave the house."""

from typing import Any

from django.contrib import admin

from accounts.models import PolicyAcceptance
from contact.models import CannedAnswer
from newsletter.models import Subscriber
from privacy.consent.models import ConsentReceipt, PersonalRefusals
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _page_of(model: Any) -> Any:
    return type(admin.site._registry[model])


def _may(hand: Hand, model: Any, act: str) -> None:
    hand.patch.setattr(_page_of(model), f"has_{act}_permission", lambda *args, **how: True)


@breaks("security.against-misuse")
def acceptances_that_staff_write(hand: Hand) -> None:
    _may(hand, PolicyAcceptance, "change")


@breaks("security.against-misuse")
def receipts_that_staff_delete(hand: Hand) -> None:
    _may(hand, ConsentReceipt, "delete")


@breaks("security.against-misuse")
def readers_who_leave_the_house_as_a_list(hand: Hand) -> None:
    page = _page_of(Subscriber)
    hand.patch.setattr(page, "export_csv", lambda *args: None, raising=False)
    hand.patch.setattr(page, "actions", ("export_csv",))


@breaks("security.against-misuse")
def a_list_at_the_desk_that_is_edited(hand: Hand) -> None:
    hand.patch.setattr(_page_of(CannedAnswer), "list_editable", ("text",))


@breaks("security.against-misuse")
def what_a_reader_is_known_by_in_a_list(hand: Hand) -> None:
    hand.patch.setattr(_page_of(Subscriber), "search_fields", ("email", "key__startswith"))


@breaks("security.against-misuse")
def a_page_of_what_people_refuse(hand: Hand) -> None:
    pages: Any = admin.site._registry
    page = admin.ModelAdmin(PersonalRefusals, admin.site)
    hand.patch.setitem(pages, PersonalRefusals, page)
