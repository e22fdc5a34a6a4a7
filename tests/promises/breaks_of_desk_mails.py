"""Breaks of what the desk says of mails that wait: they hold codes and links for new passwords."""

from typing import Any

from outbox.admin import OutboxMailAdmin
from outbox.models import OutboxMail
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CLAIM = "security.against-misuse"


def _text(self: Any, mail: OutboxMail) -> str:
    return bytes(mail.message).decode("utf-8", "replace")


def _shown(hand: Hand, where: str, columns: tuple[str, ...]) -> None:
    hand.patch.setattr(OutboxMailAdmin, "text", _text, raising=False)
    hand.patch.setattr(OutboxMailAdmin, where, columns)


@breaks(CLAIM)
def a_page_of_a_mail_that_shows_its_text(hand: Hand) -> None:
    fields = (*OutboxMailAdmin.fields, "text")
    _shown(hand, "fields", fields)
    hand.patch.setattr(OutboxMailAdmin, "get_readonly_fields", lambda *args: fields)


@breaks(CLAIM)
def a_list_of_mails_that_shows_their_text(hand: Hand) -> None:
    _shown(hand, "list_display", (*OutboxMailAdmin.list_display, "text"))


@breaks(CLAIM)
def mails_that_are_found_by_what_they_say(hand: Hand) -> None:
    def found(self: Any, request: Any, mails: Any, term: str) -> Any:
        if not term:
            return mails, False
        keys = [one.pk for one in mails if term in _text(self, one)]
        return mails.filter(pk__in=keys), False

    hand.patch.setattr(OutboxMailAdmin, "get_search_results", found)


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_question_before_trying_again_that_shows_the_text(hand: Hand) -> None:
    name = "admin/outbox/outboxmail/try_again.html"
    hand.template(name, ("{{ mail.subject }}", "{{ mail.subject }} {{ mail.message }}"))
