"""The conversation after a message: drafts, what is sent, and what comes back."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from contact import mails
from contact.models import (
    RECEIVED_MAX,
    REPLY_MAX,
    CannedAnswer,
    ContactMessage,
    MessageReply,
    ReplyDraft,
    State,
)
from contact.services import RefusedError, WrongState, close, locked, reopen
from contact.teamwork import note_answering
from privacy.rights.answer_drafts import gap_in


@transaction.atomic
def save_draft(message: ContactMessage, *, by: AbstractBaseUser, text: str) -> None:
    """Keep what is written so far, and show colleagues who is writing. No text discards it."""
    current = _to_write_to(message)
    if text:
        ReplyDraft.objects.update_or_create(
            message=current,
            defaults={"text": text, "edited_at": timezone.now(), "edited_by": by},
        )
    else:
        ReplyDraft.objects.filter(message=current).delete()
    note_answering(current, by=by)


@transaction.atomic
def insert_canned(message: ContactMessage, *, by: AbstractBaseUser, canned: CannedAnswer) -> None:
    """Put a canned answer at the end of the draft, with the gaps filled that we can fill."""
    words = canned.text.replace("[name]", message.name).replace("[reference]", message.reference)
    before = draft_of(message)
    text = f"{before}\n\n{words}" if before else words
    if len(text) > REPLY_MAX:
        raise RefusedError(f"A reply has up to {REPLY_MAX:,} characters.")
    save_draft(message, by=by, text=text)


def draft_of(message: ContactMessage) -> str:
    """Return what is written so far."""
    draft = ReplyDraft.objects.filter(message=message).first()
    return draft.text if draft else ""


def preview(message: ContactMessage) -> EmailMessage:
    """Return the mail as it would go out now."""
    return mails.reply_mail(message, draft_of(message))


@transaction.atomic
def send_reply(message: ContactMessage, *, by: AbstractBaseUser) -> MessageReply:
    """Send the draft and close the message. What a canned answer left open stops it."""
    current = _to_write_to(message)
    draft = ReplyDraft.objects.select_for_update().filter(message=current).first()
    if draft is None:
        raise WrongState
    if gap := gap_in(draft.text):
        raise RefusedError(f"The reply still says {gap}: fill it in first.")
    mail = mails.reply_mail(current, draft.text)
    mail.send()
    reply = MessageReply.objects.create(
        message=current,
        kind=MessageReply.Kind.SENT,
        by_id=by.pk,
        text=draft.text,
        header_id=mail.extra_headers["Message-ID"],
    )
    draft.delete()
    close(current, by=by)
    return reply


@transaction.atomic
def receive_reply(
    message: ContactMessage, *, text: str, header_id: str, automatic: bool
) -> MessageReply | None:
    """File what came back, once. A person's words let the message wait again.

    Nothing is mailed to anybody, whoever has written: two machines that answer each other never end.
    """
    current = locked(message)
    if MessageReply.objects.filter(header_id=header_id).exists():
        return None
    kind = MessageReply.Kind.AUTOMATIC if automatic else MessageReply.Kind.RECEIVED
    reply = MessageReply.objects.create(
        message=current, kind=kind, text=text[:RECEIVED_MAX], header_id=header_id
    )
    if not automatic and current.state == State.ANSWERED:
        reopen(current)
    return reply


def _to_write_to(message: ContactMessage) -> ContactMessage:
    current = locked(message)
    if not current.wants_contact:
        raise RefusedError("This person did not ask to be contacted.")
    if not current.may_be_written_to:
        raise WrongState
    return current
