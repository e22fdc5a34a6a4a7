"""Breaks of who may add to a conversation by mail."""

from email.utils import parseaddr
from typing import Any

from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _taken_from(hand: Hand, may_write: Any) -> None:
    """Take a mail for the writer's reply by another rule than that the address is theirs."""

    def message_of(old: Any, mail: Any) -> Any:
        from contact.mailbox import NAME, _begun_by
        from contact.models import MessageReply

        named = NAME.findall(f"{mail.get('References', '')} {mail.get('In-Reply-To', '')}")
        reply = MessageReply.objects.filter(header_id__in=named).last()
        message = reply.message if reply else _begun_by(named)
        return message if message and may_write(message, mail) else old(mail)

    hand.wrap("contact.mailbox.message_of", message_of)


@breaks("security.against-change")
def whoever_knows_a_reference_writes_for_its_owner(hand: Hand) -> None:
    _taken_from(hand, lambda message, mail: bool(mail["From"]))


@breaks("security.against-change")
def whoever_is_called_like_the_writer_writes_for_them(hand: Hand) -> None:
    _taken_from(hand, lambda message, mail: message.email in mail.get("From", ""))


@breaks("security.against-change")
def whoever_wants_replies_to_the_writer_writes_for_them(hand: Hand) -> None:
    _taken_from(hand, lambda message, mail: parseaddr(mail.get("Reply-To"))[1] == message.email)


@breaks("security.against-change")
def addresses_that_look_alike_write_for_each_other(hand: Hand) -> None:
    _taken_from(
        hand,
        lambda message, mail: parseaddr(mail.get("From"))[1].replace("+1@", "@") == message.email,
    )


@breaks("security.against-change")
def replies_that_are_lost(hand: Hand) -> None:
    hand.replace("contact.mailbox.message_of", lambda mail: None)
