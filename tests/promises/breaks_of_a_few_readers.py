"""Breaks that meet one kind of readers, one state of a mail, or staff who log in as anybody does."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from accounts import known_devices
from accounts.models import User
from newsletter.models import Subscriber
from newsletter.sending import _Copies
from outbox.models import OutboxMail
from tests.promises.breaks import breaks
from tests.promises.hand import Hand

PIXEL = b'<img src="https://beacon.test/1.gif" width="1" height="1"></body>'


def _as_written(hand: Hand, change: Callable[[OutboxMail, Subscriber], None]) -> None:
    plain = _Copies.row

    def row(self: Any, reader: Subscriber) -> OutboxMail:
        mail = plain(self, reader)
        change(mail, reader)
        return mail

    hand.patch.setattr(_Copies, "row", row)


@breaks("beacons.in-mail", "newsletter.archive")
def a_pixel_for_readers_from_a_list(hand: Hand) -> None:
    def written(mail: OutboxMail, reader: Subscriber) -> None:
        if Subscriber.objects.filter(pk=reader.pk, source="import").exists():
            mail.message = bytes(mail.message).replace(b"</body>", PIXEL)

    _as_written(hand, written)


@breaks("mail.unsubscribe-link")
def no_header_for_one_provider(hand: Hand) -> None:
    def written(mail: OutboxMail, reader: Subscriber) -> None:
        if mail.recipient.endswith("@gmail.com"):
            mail.message = bytes(mail.message).replace(b"List-Unsubscribe-Post", b"X-Other")

    _as_written(hand, written)


@breaks("mail.unsubscribe-prompt")
def parked_issues_that_stay(hand: Hand) -> None:
    def withdrawn(old: Any, *, purpose: str, recipient: str) -> int:
        waiting = OutboxMail.objects.filter(purpose=purpose, recipient=recipient, sent_at=None)
        return int(waiting.filter(parked_at=None).delete()[0])

    hand.wrap("newsletter.unsubscribing.withdraw_mail", withdrawn)


@breaks("cookies.known-device")
def staff_who_are_known_for_longer(hand: Hand) -> None:
    def remember(old: Any, response: HttpResponse, user: User) -> None:
        with hand.patch.context() as patch:
            if user.is_staff:
                patch.setattr(known_devices, "MAX_AGE", 400 * 24 * 3600)
            old(response, user)

    hand.wrap("accounts.adapter.remember_device", remember)
