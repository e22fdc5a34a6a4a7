"""Promises about e-mail: each one that the site can write is written, and both its parts are read.

A beacon tells that a message was opened. So does a link of one's own, a way over another server, a
receipt that the reader's program is asked for, or anything else that is loaded.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.template import engines
from django.template.utils import get_app_template_dirs
from django.urls import resolve
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.desk_views import code_mail
from accounts.erasure import IDLE, erase_account
from accounts.idle_accounts import notify_idle
from contact import mails as of_messages
from contact.models import ContactMessage
from newsletter import issue_services, sending
from newsletter import mails as of_readers
from newsletter.models import Check, Issue, Subscriber, Topic
from newsletter.wording import keep_wording, words_shown
from outbox.job_failures import tell_owners
from outbox.models import OutboxMail
from privacy.policy.head_log import current_checkpoint
from privacy.policy.log_mail import checkpoint_mail
from privacy.policy.notices import notice_mail
from privacy.policy.promises.record import in_force
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import intake, services
from privacy.rights import mails as of_requests
from privacy.rights.choices import Channel, Ground, Kind, Proof
from privacy.rights.models import OutsideSystem

LINKED = frozenset({"www.edpb.europa.eu"})
"""The one other site to which a mail leads: the list of authorities to complain to."""
QUERIES = frozenset({"", "inbox=held", "inbox=late", "state=parked"})
"""What may stand behind an address: which list of the desk is meant, and never who reads it."""
PARTS = frozenset({"", "accounts", "admin", "contact", "legal", "newsletter", "privacy"})
"""The parts of the site to which mails lead. One that only counts who comes is none of them."""
RECEIPTS = ("Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To")
REMOTE = re.compile(
    r"<(?:img|link|iframe|object|embed|video|audio|source|script|form|input|svg|image|base)\b"
    r"|\b(?:src|srcset|background|poster|data)\s*=|url\s*\(|@import",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
OF_ACCOUNTS = (
    "account_already_exists", "email_changed", "email_confirmation", "email_confirmation_signup",
    "email_deleted", "invitation", "password_changed", "password_reset", "password_reset_key",
    "password_set", "second_factor_reset", "unknown_account",
)  # fmt: skip
OF_FACTORS = (
    "recovery_codes_generated", "totp_activated", "totp_deactivated", "webauthn_added",
    "webauthn_removed",
)  # fmt: skip
OF_ROOMS = (
    "accounts/deleted", "accounts/idle", "accounts/set_up_mail", "contact/mail/acknowledgement",
    "contact/mail/assigned", "contact/mail/flood", "contact/mail/held", "contact/mail/late",
    "contact/mail/message", "contact/mail/reply", "newsletter/mail/confirm",
    "newsletter/mail/issue", "newsletter/mail/known", "newsletter/mail/receipt", "newsletter/mail/reminder",
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


def must_tell_nothing(mail: OutboxMail, *, known: Iterable[str] = ()) -> None:
    """Require that reading a mail tells nobody anything, and that it speaks of nobody else."""
    message = mail.as_message().message()
    named = f"the mail “{mail.subject}”"
    asked = [one for one in RECEIPTS if one in message]
    require(not asked, f"{named} asks the reader’s program for a receipt")
    others = [one for one in ("Cc", "Bcc") if one in message]
    require(not others, f"{named} goes to others, too")
    mine = {mail.recipient, settings.WEBMASTER_EMAIL, *map(_mailbox, (mail.sender,)), *known}
    for kind, words in parts_of(message):
        require(kind in ("text/plain", "text/html"), f"{named} holds something beside text")
        plain = kind == "text/plain"
        require(plain or not REMOTE.search(words), f"{named} loads something from a server")
        for address in ADDRESS.findall(words):
            _must_lead_on(address.rstrip(".,:;)"), named)
        strangers = {one.lower() for one in MAILBOX.findall(words)} - {m.lower() for m in mine}
        require(not strangers, f"{named} holds the address of somebody else")


def _mailbox(sender: str) -> str:
    found: list[str] = MAILBOX.findall(sender)
    return found[0] if found else ""


def _must_lead_on(address: str, named: str) -> None:
    target = urlsplit(address)
    here = f"{target.scheme}://{target.netloc}" == settings.SITE_ORIGIN
    require(here or target.netloc in LINKED, f"{named} links to {target.netloc}")
    if here:
        require(target.query in QUERIES, f"{named} has a link that tells who follows it")
        part = target.path.strip("/").split("/")[0]
        require(part in PARTS, f"{named} leads to {target.path}")
        # What no room answers is answered by the page that says so.
        nowhere = resolve(target.path or "/").func.__module__ == "sens_site.errors"
        require(not nowhere, f"{named} leads to {target.path}, which is no page of the site")


@promise("beacons.in-mail", look=Look.REHEARSAL)
def no_mail_tells_that_it_was_read(site: RunningSite) -> Evidence:
    """Every kind of mail is written by the code that writes it, and read."""
    found = {kind_of(name) for name, _ in mail_templates()}
    unknown = sorted(found - WRITTEN_HERE - NEVER_SENT)
    require(not unknown, f"no check writes the mail {unknown[:1]}")
    require(found >= WRITTEN_HERE, f"there is no mail {sorted(WRITTEN_HERE - found)[:1]}")
    with site.rehearsal():
        mails = list(_every_mail())
        staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
        desk = {settings.WEBMASTER_EMAIL, *staff.values_list("email", flat=True)}
        for mail, known in mails:
            ours = mail.recipient in desk
            meant = ours or mail.recipient.endswith("@example.com")
            require(meant, f"the mail “{mail.subject}” goes to somebody else, too")
            must_tell_nothing(mail, known=known)
    require(len(mails) >= len(WRITTEN_HERE), f"{len(mails)} mails were written")
    return Evidence(
        "Every mail that the site writes was written for this check: none loads anything, has a "
        "link of its reader’s own, or asks for a receipt.",
        {"kinds of mails": len(WRITTEN_HERE), "mails read": len(mails)},
    )


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
    return Evidence(
        "No template of a mail holds a picture or anything else that is loaded from a server.",
        {"templates read": read},
    )


@promise("beacons.in-mail", look=Look.ROWS)
def no_waiting_mail_loads_anything(site: RunningSite) -> Evidence:
    """The newest of those that wait to be sent are read as they are stored."""
    waiting = list(OutboxMail.objects.waiting().order_by("-pk")[:200])
    for mail in waiting:
        for kind, words in parts_of(mail.as_message().message()):
            require(
                kind == "text/plain" or (kind == "text/html" and not REMOTE.search(words)),
                f"the mail “{mail.subject}” that waits to be sent loads something",
            )
    return Evidence("No mail that waits to be sent loads anything.", {"mails read": len(waiting)})


def _every_mail() -> Iterator[tuple[OutboxMail, tuple[str, ...]]]:
    """Write every kind of mail; yield each with the addresses that may stand in it."""
    for write, known in _plays():
        newest = OutboxMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        write()
        written = OutboxMail.objects.filter(pk__gt=newest).order_by("pk")
        require(written.exists(), "a mail was not written")
        for mail in written:
            yield mail, known


def _plays() -> Iterator[tuple[Callable[[], object], tuple[str, ...]]]:
    word = f"check{secrets.token_hex(6)}"
    users = get_user_model().objects
    user = users.create_user(username=word, email=f"{word}@example.com")
    staff = users.create_user(username=f"{word}-desk", email=f"{word}-desk@example.com")
    yield from ((one, ()) for one in _of_accounts(user))
    yield from _of_messages(word)
    yield from ((one, ()) for one in _of_requests(word, staff))
    yield from ((one, ()) for one in _of_readers(word))
    notice = notice_mail(in_force())
    notice.to = [user.email]
    yield notice.send, ()
    signed = current_checkpoint()
    if signed is not None:
        yield checkpoint_mail(signed, to=[staff.email]).send, ()
    yield code_mail(staff, "000000").send, ()
    yield partial(tell_owners, word), ()
    yield lambda: _idle_notice(user), ()
    yield lambda: erase_account(user, cause=IDLE), (user.email,)


def _of_accounts(user: Any) -> Iterator[Callable[[], object]]:
    adapter = import_string(settings.ACCOUNT_ADAPTER)()
    context = {
        "user": user,
        "activate_url": f"{settings.SITE_ORIGIN}/accounts/confirm-email/key/",
        "password_reset_url": f"{settings.SITE_ORIGIN}/accounts/password/reset/key/1-key/",
    }
    for folder, names in (("account", OF_ACCOUNTS), ("mfa", OF_FACTORS)):
        for name in names:
            yield partial(adapter.send_mail, f"{folder}/email/{name}", user.email, dict(context))


def _of_messages(word: str) -> Iterator[tuple[Callable[[], object], tuple[str, ...]]]:
    message = ContactMessage.objects.create(
        name=word, email=f"{word}@example.com", phone="1", message=word, wants_contact=True,
        fingerprint=word,
    )  # fmt: skip
    silent = ContactMessage(name=word, email=f"{word}-no@example.com", message=word, pk=1)
    yield of_messages.message_mail(message).send, (message.email,)
    yield of_messages.message_mail(silent).send, ()
    yield of_messages.acknowledgement_mail(message).send, ()
    yield of_messages.held_mail(2).send, ()
    yield of_messages.flood_mail(60).send, ()
    yield of_messages.late_mail(2).send, ()
    yield of_messages.assigned_mail(message, to=f"{word}-desk@example.com").send, ()
    yield of_messages.reply_mail(message, "A check of the promises, rolled back.").send, ()


def _of_readers(word: str) -> Iterator[Callable[[], object]]:
    reader = Subscriber.objects.create(
        email=f"{word}-reader@example.com",
        state=Subscriber.State.CONFIRMED,
        confirmed_at=timezone.now(),
        confirmed_by=Subscriber.Means.LINK,
        wording=keep_wording(words_shown()),
    )
    for mail in ("confirmation", "reminder", "known", "receipt"):
        yield getattr(of_readers, f"{mail}_mail")(reader).send
    yield partial(_issue_to, reader, word)


def _issue_to(reader: Subscriber, word: str) -> None:
    """Send an issue to one reader. Of others nothing is written: each issue has its own time."""
    topic = Topic.objects.create(slug=word, title="A check of the promises")
    reader.topics.add(topic)
    issue = Issue.objects.create(
        title=word, slug=word, summary=word, body="[Read it](/privacy/)", checklist=Check.values
    )
    issue.topics.add(topic)
    issue_services.schedule(issue)
    issue_services.begin(issue)
    issue.refresh_from_db()
    sending.write_copies(issue)


def _asked(word: str, kind: Kind, proof: Proof | None = Proof.LINK) -> Any:
    return intake.open_request(
        kind=kind,
        name=word,
        email=f"{word}-{kind.value}@example.com",
        text=f"Rolled back: {word}",
        channel=Channel.FORM,
        proof=proof,
    )


def _of_requests(word: str, staff: Any) -> Iterator[Callable[[], object]]:
    why = "A check of the promises, rolled back."
    by: Mapping[str, Any] = {"by": staff}
    OutsideSystem.objects.update(is_used=False)
    open_ = {kind: _asked(word, kind) for kind in Kind if kind is not Kind.RESTRICTION}
    unproved = _asked(word, Kind.RESTRICTION, None)
    yield lambda: _asked(f"{word}-new", Kind.ACCESS, None)
    yield lambda: intake.ask_identity(unproved)
    yield lambda: intake.withdraw_request(unproved)
    yield lambda: services.extend(open_[Kind.ACCESS], reason=why, **by)
    yield lambda: services.answer(open_[Kind.ACCESS], text=why, **by)
    yield lambda: services.quote_fee(
        open_[Kind.QUESTION], ground=Ground.EXCESSIVE, amount="20 USD", reason=why, **by
    )
    yield lambda: services.refuse(open_[Kind.QUESTION], ground=Ground.UNFOUNDED, reason=why, **by)
    yield of_requests.export_ready(open_[Kind.PORTABILITY], token=word).send
    services.no_vendor_concerned(open_[Kind.ERASURE], reason=why, **by)
    yield lambda: services.erase_for_request(open_[Kind.ERASURE], **by)
    yield of_requests.corrected(open_[Kind.RECTIFICATION], lines=["Name: A → B"]).send
    yield of_requests.restricted(unproved).send
    yield of_requests.unrestricted(unproved, reason=why).send
    for name in ("alarm", "many", "reminder"):
        facts = {"request": open_[Kind.WITHDRAWAL], "stage": "75 %"}
        yield partial(of_requests.tell_desk, name, "A check", **facts)


def _idle_notice(user: Any) -> None:
    """Have one account told that it is idle: others wait for their own day."""
    long_ago = timezone.now() - timedelta(days=366 * 20)
    get_user_model().objects.filter(pk=user.pk).update(last_login=long_ago)
    notify_idle(now=long_ago + timedelta(days=400))
