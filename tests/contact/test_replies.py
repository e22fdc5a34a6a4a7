"""The conversation: written, read over, sent once, threaded, and never by two machines."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.utils import timezone

from contact.models import CannedAnswer, ContactMessage, MessageReply, ReplyDraft
from contact.replies import (
    draft_of,
    insert_canned,
    preview,
    receive_reply,
    save_draft,
    send_reply,
)
from contact.services import RefusedError, WrongState, mark_spam, receive_message
from outbox.models import OutboxMail

pytestmark = pytest.mark.django_db


def sent_mail(address="mary@fossil.test"):
    """Return the newest mail to somebody, as it goes out."""
    stored = OutboxMail.objects.to_address(address).latest("pk")
    return message_from_bytes(bytes(stored.message), policy=policy.default)


def words_of(mail):
    """Return what a mail says, its line ends as everywhere but in mail."""
    return mail.get_content().replace("\r\n", "\n")


def replied(message, staff, text="Here it is."):
    save_draft(message, by=staff, text=text)
    return send_reply(message, by=staff)


def came_back(message, text="Thank you.", number=1, automatic=False):
    header_id = f"<{number}@fossil.test>"
    return receive_reply(message, text=text, header_id=header_id, automatic=automatic)


def test_a_reply_goes_from_the_department_to_the_sender_and_quotes_the_message(waiting, staff):
    replied(waiting, staff, "Here is the data sheet.\n\nGrace")

    mail = sent_mail()
    assert mail["From"] == f"{settings.COMPANY.short_name} <webmaster@company.test>"
    assert mail["To"] == "mary@fossil.test"
    assert mail["Subject"] == f"Your message {waiting.reference}"
    assert mail["Auto-Submitted"] == "no"
    text = words_of(mail)
    assert text.startswith("Here is the data sheet.\n\nGrace\n")
    assert "\n> The data sheet of the EnerGenius charger does not open.\n> Can you send it?" in text


def test_the_first_reply_hangs_on_the_mail_that_said_that_we_have_the_message(waiting, staff):
    acknowledged = sent_mail()
    replied(waiting, staff)

    mail = sent_mail()
    assert mail["In-Reply-To"] == acknowledged["Message-ID"]
    assert mail["References"] == acknowledged["Message-ID"]
    assert mail["Message-ID"] != acknowledged["Message-ID"]


def test_a_later_reply_names_all_before_it_and_quotes_what_came_back(waiting, staff):
    first = sent_mail()["Message-ID"]
    ours = replied(waiting, staff).header_id
    came_back(waiting, "It does not open either.")
    came_back(waiting, "I am out of office.", 2, automatic=True)
    replied(waiting, staff, "Try this one.")

    mail = sent_mail()
    assert mail["Subject"] == f"Re: Your message {waiting.reference}"
    assert mail["In-Reply-To"] == "<2@fossil.test>"
    assert mail["References"].split() == [first, ours, "<1@fossil.test>", "<2@fossil.test>"]
    assert "> It does not open either." in mail.get_content()
    assert "EnerGenius" not in mail.get_content()


def test_a_long_thread_names_its_first_and_its_last_mails(waiting, staff):
    for number in range(20):
        came_back(waiting, number=number)
    replied(waiting, staff)

    named = sent_mail()["References"].split()
    assert named[0] == f"<message.{waiting.reference}@testserver>"
    assert named[1:] == [f"<{number}@fossil.test>" for number in range(9, 20)]


def test_sending_closes_the_message_and_keeps_who_wrote_what(waiting, staff):
    save_draft(waiting, by=staff, text="Here it is.")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.being_answered_by) == ("waiting", staff)

    reply = send_reply(waiting, by=staff)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.answered_by) == ("answered", staff)
    assert (waiting.being_answered_by, waiting.being_answered_until) == (None, None)
    assert (reply.kind, reply.by, reply.text) == ("sent", staff, "Here it is.")
    assert reply.header_id == sent_mail()["Message-ID"]
    assert ReplyDraft.objects.count() == 0


def test_a_reply_is_sent_once(waiting, staff):
    replied(waiting, staff)
    mails = OutboxMail.objects.count()

    with pytest.raises(WrongState):
        send_reply(waiting, by=staff)
    assert OutboxMail.objects.count() == mails


def test_a_matter_that_is_answered_again_is_closed_anew(waiting, staff):
    replied(waiting, staff)
    long_ago = timezone.now() - timedelta(days=600)
    ContactMessage.objects.update(answered_at=long_ago)

    replied(waiting, staff, "One thing more.")

    waiting.refresh_from_db()
    assert timezone.now() - waiting.answered_at < timedelta(minutes=1)


@pytest.mark.parametrize("gap", ["[name]", "[date of delivery]", "[…]", "[1]"])
def test_what_a_canned_answer_leaves_open_stops_the_mail(waiting, staff, gap):
    save_draft(waiting, by=staff, text=f"Dear {gap}, here it is.")
    mails = OutboxMail.objects.count()

    with pytest.raises(RefusedError) as refusal:
        send_reply(waiting, by=staff)
    assert gap in str(refusal.value)
    assert OutboxMail.objects.count() == mails
    assert draft_of(waiting) == f"Dear {gap}, here it is."


def test_brackets_in_what_is_quoted_stop_nothing(submission, staff):
    message = receive_message(replace(submission, message="What does [E1] mean?"))

    assert replied(message, staff).kind == "sent"


def test_a_canned_answer_is_put_behind_what_is_written_and_filled_where_we_can(waiting, staff):
    canned = CannedAnswer.objects.create(
        title="Sent", text="Dear [name], about [reference]: it leaves on [day]."
    )
    insert_canned(waiting, by=staff, canned=canned)
    words = f"Dear Mary Anning, about {waiting.reference}: it leaves on [day]."
    assert draft_of(waiting) == words

    insert_canned(waiting, by=staff, canned=canned)
    assert draft_of(waiting) == f"{words}\n\n{words}"


def test_a_canned_answer_makes_no_draft_too_long(waiting, staff):
    save_draft(waiting, by=staff, text="w" * 9_990)
    canned = CannedAnswer.objects.create(title="Sent", text="It is on its way.")

    with pytest.raises(RefusedError, match="10,000"):
        insert_canned(waiting, by=staff, canned=canned)
    assert draft_of(waiting) == "w" * 9_990


def test_a_draft_without_text_is_discarded(waiting, staff):
    save_draft(waiting, by=staff, text="Here it is.")
    save_draft(waiting, by=staff, text="")

    assert ReplyDraft.objects.count() == 0


def test_the_preview_is_the_mail_that_goes_out(waiting, staff):
    save_draft(waiting, by=staff, text="Here it is.")
    shown = preview(waiting)
    send_reply(waiting, by=staff)

    mail = sent_mail()
    assert (mail["From"], mail["Subject"]) == (shown.from_email, shown.subject)
    assert words_of(mail).strip() == shown.body.strip()


def test_nobody_is_written_to_who_did_not_ask_for_it(submission, staff):
    message = receive_message(replace(submission, wants_contact=False))
    ReplyDraft.objects.create(message=message, text="Here it is.")

    with pytest.raises(RefusedError, match="did not ask to be contacted"):
        save_draft(message, by=staff, text="Here it is.")
    with pytest.raises(RefusedError, match="did not ask to be contacted"):
        send_reply(message, by=staff)
    assert OutboxMail.objects.to_address("mary@fossil.test").count() == 0


def test_nobody_writes_to_spam(waiting, staff):
    mark_spam(waiting)

    with pytest.raises(WrongState):
        save_draft(waiting, by=staff, text="Here it is.")


def test_what_a_person_writes_back_lets_the_message_wait_again(waiting, staff):
    replied(waiting, staff)

    reply = came_back(waiting, "It does not open either.")

    assert (reply.kind, reply.text, reply.by) == ("received", "It does not open either.", None)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.answered_at, waiting.answered_by) == ("waiting", None, None)


def test_what_a_machine_writes_back_is_filed_and_wakes_nobody(waiting, staff):
    replied(waiting, staff)

    assert came_back(waiting, "I am out of office.", automatic=True).kind == "automatic"
    waiting.refresh_from_db()
    assert waiting.state == "answered"


def test_nothing_that_comes_back_sets_off_a_mail(waiting, staff):
    replied(waiting, staff)
    mails = OutboxMail.objects.count()

    came_back(waiting)
    came_back(waiting, number=2, automatic=True)

    assert OutboxMail.objects.count() == mails


def test_a_mail_that_comes_twice_is_one(waiting, staff):
    replied(waiting, staff)
    came_back(waiting)
    replied(waiting, staff)

    assert came_back(waiting) is None
    assert MessageReply.objects.filter(kind="received").count() == 1
    waiting.refresh_from_db()
    assert waiting.state == "answered"


def test_spam_stays_spam_whatever_comes_back(waiting):
    mark_spam(waiting)
    came_back(waiting)

    waiting.refresh_from_db()
    assert waiting.state == "spam"
    assert waiting.replies.count() == 1


def test_a_very_long_mail_is_cut(waiting):
    assert len(came_back(waiting, "w" * 60_000).text) == 50_000


def test_a_reply_and_a_draft_name_nobody_in_logs(waiting, staff):
    save_draft(waiting, by=staff, text="Here it is.")
    draft = ReplyDraft.objects.get()
    reply = send_reply(waiting, by=staff)

    assert (str(draft), str(reply)) == (f"Draft {draft.pk}", f"Reply {reply.pk}")
