"""The promise that nobody else's mail is filed as words of who wrote to us."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import get_ident
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from contact.mailbox import read_replies
from contact.models import ContactMessage
from contact.replies import save_draft, send_reply
from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.lib import mailbox

FORM = "/contact/webmaster/"
NO_HOST = "mail.test"


class Mailbox:
    """A mailbox with some mails, as far as reading it takes (RFC 3501)."""

    def __init__(self, mails: list[str]) -> None:
        self.mails = {str(n): mail.encode() for n, mail in enumerate(mails, 1)}
        self.read: set[str] = set()

    def login(self, user: str, password: str) -> None:
        """Let anybody in."""

    def shutdown(self) -> None:
        """Hold no connection."""

    def select(self, folder: str) -> tuple[str, list[bytes]]:
        return "OK", [b"1"]

    def uid(self, command: str, *args: str) -> tuple[str, list[Any]]:
        """Find what is unread, hand out a mail or its head, or note that one was read."""
        if command == "SEARCH":
            return "OK", [" ".join(one for one in self.mails if one not in self.read).encode()]
        number = args[0]
        if command == "STORE":
            self.read.add(number)
            return "OK", []
        mail = self.mails[number]
        sent = mail.partition(b"\n\n")[0] + b"\n\n" if "HEADER" in args[1] else mail
        return "OK", [(f"{number} (RFC822.SIZE {len(mail)}".encode(), sent), b")"]


@contextmanager
def in_place_of_the_mailbox(box: Mailbox) -> Iterator[None]:
    """Let this thread read another mailbox; what else the worker does reads the company's."""
    asking, usual = get_ident(), mailbox.connect  # the one way to a mail server

    def connect(account: mailbox.Account) -> Any:
        return box if get_ident() == asking else usual(account)

    host = settings.REPLIES_IMAP_HOST or NO_HOST
    with (
        patch.object(mailbox, "connect", connect),
        patch.object(settings, "REPLIES_IMAP_HOST", host),
    ):
        yield


def _letter(sender: str, names: str, text: str, **headers: str) -> str:
    lines = {
        "From": sender,
        "To": settings.WEBMASTER_EMAIL,
        "Subject": "Re: Your message",
        "Message-ID": f"<{secrets.token_hex(8)}@mail.test>",
        "In-Reply-To": names,
        "References": names,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return "\n".join([*(f"{name}: {value}" for name, value in lines.items()), "", text, ""])


def _writes(site: RunningSite) -> ContactMessage:
    """Write by the form; return the message."""
    word = f"check{secrets.token_hex(6)}"
    data = {"name": word, "email": f"{word}@example.com", "message": word, "wants_contact": "on"}
    answer = site.visitor().post(FORM, data)
    require(answer.status == 303, f"the form answers {answer.status} to a good message")
    return ContactMessage.objects.get(message=word)


def _mailed_to(message: ContactMessage) -> list[str]:
    """Return how the mails are named that a writer has had from us."""
    mails = OutboxMail.objects.filter(recipient=message.email).order_by("pk")
    return [str(one.as_message().message()["Message-ID"]) for one in mails]


@promise("security.against-change", look=Look.REHEARSAL)
def nobody_else_adds_to_a_conversation(site: RunningSite) -> Evidence:
    """Replies come by mail: from the writer's own address they are filed, from all others left."""
    before = timezone.now() - timedelta(hours=2)
    with site.rehearsal():
        # When very many write, what comes in is held for a person.
        ContactMessage.objects.filter(received_at__gt=before).update(received_at=before)
        writer, other = _writes(site), _writes(site)
        staff = get_user_model()._default_manager.create_user(
            username=f"check{secrets.token_hex(6)}", email="desk@example.com", is_staff=True
        )
        save_draft(writer, by=staff, text="A check of the promises, rolled back.")
        send_reply(writer, by=staff)
        ours = _mailed_to(writer)
        require(len(ours) == 2, f"who writes and is answered has {len(ours)} mails from us")
        own = [_letter(writer.email, name, f"own {n}") for n, name in enumerate(ours)]
        local, _, domain = writer.email.partition("@")
        foreign = [
            _letter(sender, name, "foreign", **headers)
            for name in ours
            for sender, headers in (
                (other.email, {}),
                ("stranger@other.test", {}),
                (f'"{writer.email}" <stranger@other.test>', {}),
                (f"{writer.name} <stranger@other.test>", {"Reply_To": writer.email}),
                ("stranger@other.test", {"Sender": writer.email, "X_Original_From": writer.email}),
                (f"{writer.email}.other.test", {}),
                (f"{local}+1@{domain}", {}),
                (f"x{writer.email}", {}),
                ("", {}),
            )
        ]
        lost = [_letter(writer.email, "<message.0@other.test>", "foreign")]
        box = Mailbox([*own, *foreign, *lost])
        with in_place_of_the_mailbox(box):
            read_replies()
        came = writer.replies.exclude(kind="sent").order_by("pk")
        filed = [one.text for one in came]
        require("foreign" not in filed, "somebody else's mail is filed as words of who wrote to us")
        require(filed == ["own 0", "own 1"], f"of two replies of a writer {len(filed)} are filed")
        require(not other.replies.exists(), "a reply is filed with somebody else's message")
        require(box.read == {"1", "2"}, "a mail that is not filed is marked as read")
    return Evidence(
        "Played through for this check: two replies of who had written to us were filed with the "
        "message. Mails from other addresses that named the same message, or looked like theirs, "
        "were left.",
        {"mails left": len(foreign) + len(lost)},
    )
