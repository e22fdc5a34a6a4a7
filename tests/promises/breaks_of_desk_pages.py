"""Breaks of what the desk shows beside its standard pages: files of messages and letters, columns."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.admin import PersonAdmin
from contact.admin import ContactMessageAdmin
from contact.photo_models import MessagePhoto
from downloads.admin import DocumentAdmin
from downloads.models import Document, DownloadRecord
from privacy.rights.admin import SubjectRequestAdmin
from privacy.rights.models import RequestScan
from privacy.rights.scans import open_scan
from tests.promises.breaks import breaks
from tests.promises.breaks_of_access import no_wall_before_all_pages
from tests.promises.hand import Hand


def _scan(self: SubjectRequestAdmin, request: HttpRequest, pk: int) -> Any:
    """Give a scan to everybody at the desk. Its names are looked up where the view stands."""
    return FileResponse(open_scan(get_object_or_404(RequestScan, request=pk)))


def _photo(self: ContactMessageAdmin, request: HttpRequest, pk: int, position: int) -> Any:
    """Give a photo to everybody at the desk."""
    photo = get_object_or_404(MessagePhoto, message=pk, position=position)
    return HttpResponse(bytes(photo.content))


@breaks("security.against-misuse")
def scans_for_who_may_only_look(hand: Hand) -> None:
    # The address holds the method that was there when the site began.
    hand.patch.setattr(SubjectRequestAdmin.scan_view, "__code__", _scan.__code__)


@breaks("security.against-misuse")
def photos_for_everybody_at_the_desk(hand: Hand) -> None:
    no_wall_before_all_pages(hand)
    hand.patch.setattr(ContactMessageAdmin.photo_view, "__code__", _photo.__code__)


def _last_reader(self: DocumentAdmin, one: Document) -> str:
    record = DownloadRecord.objects.filter(version__document=one).select_related("user").first()
    return record.user.email if record else ""


@breaks("security.against-misuse")
def a_list_of_documents_that_says_who_fetched_them(hand: Hand) -> None:
    hand.patch.setattr(DocumentAdmin, "last_reader", _last_reader, raising=False)
    hand.patch.setattr(DocumentAdmin, "list_display", (*DocumentAdmin.list_display, "last_reader"))
    hand.routes = frozenset({"admin:downloads_document_changelist"})


def _fails(*args: Any, **how: Any) -> Any:
    raise ValueError("No page of an account.")


@breaks("security.technical")
def a_page_of_accounts_that_fails_after_each_step(hand: Hand) -> None:
    """Whose notices the next page shows, which a mail leads to: no fault of that page."""
    hand.patch.setattr(PersonAdmin, "get_fieldsets", _fails)
    hand.routes = frozenset({
        "admin:accounts_user_change", "admin:accounts_user_password",
        "account_reset_password_from_key",
    })  # fmt: skip
