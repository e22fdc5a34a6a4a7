"""Every kind of mail that the site can write, written once. In a rehearsal.

The names of the templates stand in `mails.py`, which reads what is written here.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.desk_views import code_mail
from accounts.erasure import IDLE, erase_account
from accounts.idle_accounts import notify_idle
from contact import mails as of_messages
from contact.models import ContactMessage
from downloads.models import Watch
from downloads.promises.made_up import MadeUp
from downloads.watching import notice_mail as notice_mail_of_document
from newsletter import issue_services, sending
from newsletter import mails as of_readers
from newsletter.models import Check, Issue, Subscriber, Topic
from newsletter.rehearsal import whatever_their_mail_holds
from newsletter.wording import keep_wording, words_shown
from outbox.job_failures import tell_owners
from outbox.models import OutboxMail
from privacy.policy.head_log import current_checkpoint
from privacy.policy.log_mail import checkpoint_mail
from privacy.policy.notices import notice_mail
from privacy.policy.promises.record import in_force
from privacy.promises.registry import NotCarriedOut
from privacy.rights import intake, services
from privacy.rights import mails as of_requests
from privacy.rights.choices import Channel, Ground, Kind, Proof
from privacy.rights.models import OutsideSystem

OF_ACCOUNTS = (
    "account_already_exists", "email_changed", "email_confirmation", "email_confirmation_signup",
    "email_deleted", "invitation", "password_changed", "password_reset", "password_reset_key",
    "password_set", "second_factor_reset", "unknown_account",
)  # fmt: skip
OF_FACTORS = (
    "recovery_codes_generated", "totp_activated", "totp_deactivated", "webauthn_added",
    "webauthn_removed",
)  # fmt: skip


def every_mail() -> Iterator[tuple[OutboxMail, tuple[str, ...]]]:
    """Write every kind of mail; yield each with the addresses that may stand in it.

    Raises NotCarriedOut at the end where one was not written: whatever keeps it back, it says nothing.
    """
    kept_back = 0
    for write, known in _plays():
        newest = OutboxMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        write()
        written = OutboxMail.objects.filter(pk__gt=newest).order_by("pk")
        kept_back += not written
        for mail in written:
            yield mail, known
    if kept_back:
        raise NotCarriedOut(f"{kept_back} kinds of mails were not written")


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
    yield lambda: _document_notice(user), ()
    yield lambda: _idle_notice(user), ()
    yield lambda: erase_account(user, cause=IDLE), (user.email,)


def _document_notice(user: Any) -> None:
    made = MadeUp()
    notice_mail_of_document(Watch(pk=1, user=user, document=made.document), made.version).send()


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
    with whatever_their_mail_holds():
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
