"""Promises about e-mail: each one that the site can write is written, and both its parts are read.

A beacon tells that a message was opened. So does a link of one's own, a way over another server, a
receipt that the reader's program is asked for, or anything else that is loaded.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from email.message import Message
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.utils import get_app_template_dirs

from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.witness.mail_rules import desk, faults_in
from privacy.promises.witness.mails import mail_of
from sens_site.lib.email_address import as_stored
from sens_site.promises.played_mails import OF_ACCOUNTS, OF_FACTORS, every_mail

REMOTE = re.compile(
    r"<(?:img|link|iframe|object|embed|video|audio|source|script|form|input|svg|image|base)\b"
    r"|\b(?:src|srcset|background|poster|data)\s*=|url\s*\(|@import",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
OF_ROOMS = (
    "accounts/deleted", "accounts/idle", "accounts/set_up_mail", "contact/mail/acknowledgement",
    "contact/mail/assigned", "contact/mail/flood", "contact/mail/held", "contact/mail/late",
    "contact/mail/message", "contact/mail/reply", "downloads/mail/new_version",
    "newsletter/mail/confirm", "newsletter/mail/issue", "newsletter/mail/known",
    "newsletter/mail/receipt", "newsletter/mail/reminder",
    "privacy/policy/mail/checkpoint",
    "privacy/policy/mail/notice",
    "privacy/rights/mail/acknowledged", "privacy/rights/mail/alarm",
    "privacy/rights/mail/answered", "privacy/rights/mail/corrected", "privacy/rights/mail/erased",
    "privacy/rights/mail/export", "privacy/rights/mail/extended", "privacy/rights/mail/fee",
    "privacy/rights/mail/identity", "privacy/rights/mail/many", "privacy/rights/mail/new",
    "privacy/rights/mail/refused", "privacy/rights/mail/reminder", "privacy/rights/mail/restricted",
    "privacy/rights/mail/unrestricted", "privacy/rights/mail/withdrawn",
)  # fmt: skip
WRITTEN_HERE = frozenset(
    (
        *OF_ROOMS,
        *(f"account/email/{n}" for n in OF_ACCOUNTS),
        *(f"mfa/email/{n}" for n in OF_FACTORS),
    )
)
NEVER_SENT = frozenset({
    "account/email/base", "account/email/base_notification", "account/email/email_confirm",
    "account/email/login_code", "account/email/password_reset_code",
})  # fmt: skip
"""Templates of the library for what is switched off here: codes instead of links."""


def mail_templates() -> Iterator[tuple[str, Path]]:
    """Yield every template that is a mail by its place or its ending, with its file."""
    folders = [*engines["django"].template_dirs, *get_app_template_dirs("templates")]
    for folder in dict.fromkeys(Path(str(one)) for one in folders):
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder)
            if name.parts[0] == "socialaccount" or not file.is_file():
                continue  # no such app is installed
            if "mail" in name.parts[:-1] or "email" in name.parts[:-1] or _ours(file, name):
                yield str(name), file


def _ours(file: Path, name: Path) -> bool:
    return file.suffix == ".txt" and name.parts[0] in {"accounts", "contact", "privacy"}


def kind_of(name: str) -> str:
    """Return what a template is called without subject, part and ending."""
    return re.sub(r"(_subject|_message)?\.(txt|html)$", "", name)


def parts_of(message: Message) -> Iterator[tuple[str, str]]:
    """Yield kind and words of each part."""
    for part in message.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            words = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            yield part.get_content_type(), words


def must_tell_nothing(mail: OutboxMail, *, desk: Collection[str], known: Iterable[str]) -> None:
    """Require that reading a mail tells nobody anything, and that it speaks of nobody else."""
    for fault in faults_in(mail_of(bytes(mail.message), mail.recipient), desk):
        require(False, fault)
    named = f"the mail “{mail.subject}”"
    mine = {mail.recipient, settings.WEBMASTER_EMAIL, *map(_mailbox, (mail.sender,)), *known}
    for kind, words in parts_of(mail.as_message().message()):
        require(kind != "text/html" or not REMOTE.search(words), f"{named} loads something")
        strangers = {one.lower() for one in MAILBOX.findall(words)} - {m.lower() for m in mine}
        require(not strangers, f"{named} holds the address of somebody else")


def _mailbox(sender: str) -> str:
    found: list[str] = MAILBOX.findall(sender)
    return found[0] if found else ""


@promise("beacons.in-mail", look=Look.REHEARSAL)
def no_mail_tells_that_it_was_read(site: RunningSite) -> Evidence:
    """Every kind of mail is written by the code that writes it, and read."""
    found = {kind_of(name) for name, _ in mail_templates()}
    unknown = sorted(found - WRITTEN_HERE - NEVER_SENT)
    require(not unknown, f"no check writes the mail {unknown[:1]}")
    require(found >= WRITTEN_HERE, f"there is no mail {sorted(WRITTEN_HERE - found)[:1]}")
    with site.rehearsal():
        mails = list(_as_promised())
        at_the_desk = desk()
        copies: defaultdict[str, set[str]] = defaultdict(set)
        for mail in mails:
            copies[mail.message_id].add(mail.recipient)
        for mail in mails:
            ours = mail.recipient in at_the_desk
            alone = ours or len(copies[mail.message_id]) == 1
            require(alone, f"of the mail “{mail.subject}” somebody else gets a copy")
    require(len(mails) >= len(WRITTEN_HERE), f"{len(mails)} mails were written")
    return Evidence(
        "Every mail that the site writes was written for this check: none loads anything, has a "
        "link of its reader’s own, or asks for a receipt.",
        {"kinds of mails": len(WRITTEN_HERE), "mails read": len(mails)},
    )


def _as_promised() -> Iterator[OutboxMail]:
    """Yield each mail, and look at it at once: one that cannot be written hides none of the others."""
    for mail, known in every_mail():
        at_the_desk = desk()  # some of it is made up meanwhile
        meant = mail.recipient in at_the_desk or mail.recipient.endswith("@example.com")
        require(meant, f"the mail “{mail.subject}” goes to somebody else, too")
        must_tell_nothing(mail, desk=at_the_desk, known=known)
        yield mail


@promise("beacons.in-mail", look=Look.NOW)
def no_template_of_a_mail_loads_anything(site: RunningSite) -> Evidence:
    """The source of each is read, with what it says in rare cases only."""
    read = 0
    for name, file in mail_templates():
        source = file.read_text(encoding="utf-8")
        require(not REMOTE.search(source), f"the mail {name} loads something")
        ours = kind_of(name) in WRITTEN_HERE
        foreign = [one for one in ADDRESS.findall(source) if ours and "{{" not in one[:10]]
        require(not foreign, f"the mail {name} links to {foreign[:1]}")
        read += 1
    require(read, "no template of a mail was found")
    looks = list((settings.BASE_DIR / "static" / "css").glob("mail*.css"))
    require(looks, "no look of a mail was found")
    for look in looks:
        require(not REMOTE.search(look.read_text("utf-8")), f"the look {look.name} loads something")
    return Evidence(
        "No template of a mail, and no look of one, holds a picture or anything else that is loaded "
        "from a server.",
        {"templates read": read, "looks read": len(looks)},
    )


@promise("beacons.in-mail", look=Look.ROWS)
def no_waiting_mail_loads_anything(site: RunningSite) -> Evidence:
    """The newest of those that wait to be sent are read as they are stored, and go to whom they name."""
    waiting = list(OutboxMail.objects.waiting().order_by("-pk")[:200])
    for mail in waiting:
        named = mail_of(bytes(mail.message), mail.recipient).addresses_in("to")
        require(
            as_stored(mail.recipient) in named,
            f"the mail “{mail.subject}” waits to be sent to somebody whom it does not name",
        )
        for kind, words in parts_of(mail.as_message().message()):
            require(
                kind == "text/plain" or (kind == "text/html" and not REMOTE.search(words)),
                f"the mail “{mail.subject}” that waits to be sent loads something",
            )
    return Evidence(
        "No mail that waits to be sent loads anything, and each goes to whom it names.",
        {"mails read": len(waiting)},
    )
