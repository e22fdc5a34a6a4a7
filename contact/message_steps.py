"""What staff can do with a message."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.timezone import localtime

from contact import replies, services, teamwork
from contact.forms import (
    AnswerForm,
    AssignForm,
    CannedForm,
    MergeForm,
    NoteForm,
    RemindForm,
    ReplyForm,
)
from contact.models import (
    CannedAnswer,
    ContactMessage,
    ContactMessageQuerySet,
    MessageReply,
    State,
)
from privacy.rights.answer_drafts import gap_in
from sens_site.lib.admin.steps import Groups, Step


def who_is_answering(message: ContactMessage) -> str:
    """Say who is answering, and until when that stands; nothing where nobody is."""
    if not message.being_answered:
        return ""
    until = date_format(localtime(message.being_answered_until), "DATETIME_FORMAT")
    return f"{message.being_answered_by} is answering this message (until {until})."


def _as_written(text: str) -> str:
    # What a template for mails has drawn counts as safe, and is not: mails are plain text.
    return format_html('<pre class="stored">{}</pre>', escape(text))


def _if_any(words: str) -> list[str]:
    return [words] if words else []


def _while_writing(message: ContactMessage) -> Groups:
    yield "Somebody is answering", _if_any(who_is_answering(message))
    yield "The message", [_as_written(message.message)]
    came_back = message.replies.filter(kind=MessageReply.Kind.RECEIVED).last()
    yield "What came back last", [_as_written(came_back.text)] if came_back else []


def _mail(message: ContactMessage) -> Groups:
    mail = replies.preview(message)
    yield "Somebody is answering", _if_any(who_is_answering(message))
    yield "Still to be filled in", _if_any(gap_in(replies.draft_of(message)))
    yield "From", [mail.from_email]
    yield "To", mail.to
    yield "Subject", [mail.subject]
    yield "Text", [_as_written(str(mail.body))]


def _from_the_same_address(message: ContactMessage) -> Groups:
    others = ContactMessage.objects.waiting().filter(email=message.email).exclude(pk=message.pk)
    yield "Waiting from the same address", list(_lines_of(others))


def _lines_of(messages: ContactMessageQuerySet) -> Iterator[str]:
    for one in messages:
        yield f"{one.reference}: {one.message[:200]}"


def _has_draft(message: ContactMessage) -> bool:
    return message.may_be_written_to and bool(replies.draft_of(message))


STEPS: tuple[Step[ContactMessage], ...] = (
    Step(
        slug="reply",
        label="Write a reply",
        question=(
            "It is kept as a draft, which colleagues can read and change. Nothing is sent before the "
            "next page."
        ),
        done="Draft of a reply saved.",
        run=lambda message, by, data: replies.save_draft(message, by=by, text=data["text"]),
        offered=lambda message: message.may_be_written_to,
        form=ReplyForm,
        initial=lambda message: {"text": replies.draft_of(message)},
        touches=_while_writing,
        then="send",
    ),
    Step(
        slug="canned",
        label="Insert a canned answer",
        question="Its text is put at the end of the draft.",
        done="Canned answer inserted.",
        run=lambda message, by, data: replies.insert_canned(message, by=by, canned=data["canned"]),
        offered=lambda message: message.may_be_written_to and CannedAnswer.objects.exists(),
        form=CannedForm,
        then="reply",
    ),
    Step(
        slug="send",
        label="Send the reply",
        question="This mail goes out, and the message counts as answered.",
        done="Reply sent.",
        run=lambda message, by, data: replies.send_reply(message, by=by),
        offered=_has_draft,
        touches=_mail,
    ),
    Step(
        slug="discard",
        label="Discard the draft",
        question="What is written of the reply is deleted.",
        done="Draft of a reply discarded.",
        run=lambda message, by, data: replies.save_draft(message, by=by, text=""),
        offered=_has_draft,
        danger=True,
    ),
    Step(
        slug="answering",
        label="I am answering",
        question="Colleagues see for half an hour that you are answering. It keeps nobody out.",
        done="Colleagues see who is answering.",
        run=lambda message, by, data: teamwork.start_answering(message, by=by),
        offered=lambda message: message.is_open and not message.being_answered,
    ),
    Step(
        slug="assign",
        label="Assign",
        question="Say who is to answer. They are told by email.",
        done="Assigned.",
        run=lambda message, by, data: teamwork.assign(message, by=by, to=data["to"]),
        offered=lambda message: message.is_open,
        form=AssignForm,
        initial=lambda message: {"to": message.assigned_to_id},
    ),
    Step(
        slug="note",
        label="Add a note",
        question="Tell your colleagues something about this message.",
        done="Note added.",
        run=lambda message, by, data: teamwork.add_note(message, by=by, text=data["text"]),
        offered=lambda message: True,
        form=NoteForm,
    ),
    Step(
        slug="remind",
        label="Remind",
        question="Choose the day on which the front page reminds you and your colleagues.",
        done="Reminder set.",
        run=lambda message, by, data: teamwork.remind(message, on=data["on"]),
        offered=lambda message: True,
        form=RemindForm,
        initial=lambda message: {"on": message.remind_on},
    ),
    Step(
        slug="merge",
        label="Merge",
        question=(
            "Where somebody has written twice about one thing, one message stands for both, and its "
            "answer closes both. This one leaves the waiting list."
        ),
        done="Merged.",
        run=lambda message, by, data: teamwork.merge(message, into=data["reference"]),
        offered=lambda message: message.is_open,
        form=MergeForm,
        touches=_from_the_same_address,
    ),
    Step(
        slug="separate",
        label="Separate",
        question="The message stands for itself again.",
        done="Separated.",
        run=lambda message, by, data: teamwork.separate(message),
        offered=lambda message: message.duplicate_of_id is not None,
    ),
    Step(
        slug="answer",
        label="Answered",
        question="Say how this message was answered. It leaves the waiting list.",
        done="Marked as answered.",
        run=lambda message, by, data: services.answer_message(message, by=by, note=data["note"]),
        offered=lambda message: message.is_open,
        form=AnswerForm,
    ),
    Step(
        slug="spam",
        label="Mark as spam",
        question=(
            "The message leaves the waiting list and is deleted 24 months after it came. "
            "A privacy request is never spam, however it is worded."
        ),
        done="Marked as spam.",
        run=lambda message, by, data: services.mark_spam(message),
        offered=lambda message: message.is_open,
    ),
    Step(
        slug="deliver",
        label="Not spam: deliver",
        question=(
            "The message goes to the waiting list. If it was held when it came, it is mailed "
            "to the webmaster now."
        ),
        done="Put on the waiting list.",
        run=lambda message, by, data: services.release_from_quarantine(message),
        offered=lambda message: message.state == State.SPAM and message.duplicate_of_id is None,
    ),
)
