"""Breaks of one's own pages by what stands after a question mark: a later page, another order."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from contact.models import ContactMessage
from contact.own_messages import OwnMessages
from tests.promises.breaks import breaks
from tests.promises.breaks_of_walk import answers
from tests.promises.hand import Hand


@breaks("security.against-misuse")
def a_second_page_of_messages_of_everybody(hand: Hand) -> None:
    def shown(old: Any, subject: Any, page: str | None) -> OwnMessages:
        if page and page.isdecimal() and int(page) > 1:
            everybody: Any = ContactMessage.objects.order_by("-received_at", "pk")[20:40]
            return OwnMessages(list(everybody))
        found: OwnMessages = old(subject, page)
        return found

    hand.wrap("contact.own_messages.own_messages", shown)


@breaks("security.against-misuse")
def a_name_that_no_page_was_asked_for_before(hand: Hand) -> None:
    def name(request: HttpRequest, response: HttpResponse) -> None:
        known = User.objects.filter(username=request.GET.get("user"))
        response.content += "".join(one.company for one in known).encode()

    answers(hand, lambda request: request.path == "/newsletter/yours/", name)
