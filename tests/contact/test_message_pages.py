"""The pages on which staff work together on messages: replying, sharing, many at once, a file."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from contact.models import CannedAnswer, ContactMessage, ReplyDraft
from contact.replies import receive_reply, save_draft
from contact.services import mark_spam, receive_message
from contact.teamwork import add_note, merge, start_answering
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import make_staff

LIST = "/admin/contact/contactmessage/"
pytestmark = pytest.mark.django_db


def page_of(message, name="change"):
    return f"{LIST}{message.pk}/{name}/"


def text_of(response):
    return response.content.decode()


def offered(client, message):
    return [step["url"].split("/")[-2] for step in client.get(page_of(message)).context["steps"]]


def act(client, action, *messages, **more):
    data = {"action": action, "_selected_action": [one.pk for one in messages], **more}
    return client.post(f"{LIST}?inbox=all", data, follow=True)


def test_a_reply_is_written_read_over_and_sent(staff_client, waiting):
    mails = OutboxMail.objects.count()
    written = staff_client.fill_in(page_of(waiting, "reply"), {"text": "Here it is, <b>now</b>."})
    assert (written.status_code, written.headers["Location"]) == (303, page_of(waiting, "send"))

    shown = text_of(staff_client.get(page_of(waiting, "send")))
    assert "Here it is, &lt;b&gt;now&lt;/b&gt;." in shown
    assert "&gt; The data sheet of the EnerGenius charger" in shown
    assert "<li>mary@fossil.test</li>" in shown
    assert f"<li>Your message {waiting.reference}</li>" in shown
    assert OutboxMail.objects.count() == mails
    assert "Draft of a reply, not sent" in text_of(staff_client.get(page_of(waiting)))

    assert staff_client.fill_in(page_of(waiting, "send"), {}).status_code == 303
    assert OutboxMail.objects.count() == mails + 1
    page = text_of(staff_client.get(page_of(waiting)))
    assert "Our reply, by grace" in page
    assert "Draft of a reply" not in page
    said = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(said) == ["Draft of a reply saved.", "Reply sent."]


def test_a_canned_answer_leads_back_to_the_reply_and_its_gap_stops_the_mail(staff_client, waiting):
    assert "canned" not in offered(staff_client, waiting)
    canned = CannedAnswer.objects.create(title="Sent", text="Dear [name], it leaves on [day].")
    assert "canned" in offered(staff_client, waiting)
    choices = text_of(staff_client.get(page_of(waiting, "canned")))
    assert f'<option value="{canned.pk}">Sent</option>' in choices

    answer = staff_client.fill_in(page_of(waiting, "canned"), {"canned": canned.pk})
    assert answer.headers["Location"] == page_of(waiting, "reply")
    assert "Dear Mary Anning, it leaves on [day]." in text_of(
        staff_client.get(page_of(waiting, "reply"))
    )
    assert "<li>[day]</li>" in text_of(staff_client.get(page_of(waiting, "send")))
    mails = OutboxMail.objects.count()
    refused = staff_client.fill_in(page_of(waiting, "send"), {})
    assert refused.status_code == 409
    assert "The reply still says [day]: fill it in first." in text_of(refused)
    assert OutboxMail.objects.count() == mails


def test_of_two_who_write_at_once_the_second_is_shown_and_loses_nothing(staff_client, waiting):
    page = staff_client.get(page_of(waiting, "reply"))
    shown = text_of(page).split('name="shown" value="')[1].split('"')[0]
    save_draft(waiting, by=make_staff("clerk"), text="The clerk's words.")

    late = staff_client.post(page_of(waiting, "reply"), {"text": "My words.", "shown": shown})
    assert late.status_code == 409
    assert "Something has happened here since you opened this page" in text_of(late)
    assert "My words." in text_of(late)
    assert ReplyDraft.objects.get().text == "The clerk's words."


def test_what_comes_back_stops_a_reply_that_was_written_before(staff_client, waiting):
    save_draft(waiting, by=make_staff("clerk"), text="Here it is.")
    page = text_of(staff_client.get(page_of(waiting, "send")))
    shown = page.split('name="shown" value="')[1].split('"')[0]
    receive_reply(waiting, text="I found it.", header_id="<1@fossil.test>", automatic=False)

    assert staff_client.post(page_of(waiting, "send"), {"shown": shown}).status_code == 409
    assert "I found it.</pre>" in text_of(staff_client.get(page_of(waiting, "reply")))
    assert ReplyDraft.objects.exists()


def test_a_draft_is_discarded(staff_client, waiting, staff):
    save_draft(waiting, by=staff, text="Here it is.")
    assert staff_client.fill_in(page_of(waiting, "discard"), {}).status_code == 303
    assert ReplyDraft.objects.count() == 0
    assert "discard" not in offered(staff_client, waiting)


def test_who_did_not_ask_is_written_to_by_no_page(staff_client, submission):
    message = receive_message(replace(submission, wants_contact=False))
    CannedAnswer.objects.create(title="Sent", text="It leaves today.")
    ReplyDraft.objects.create(message=message, text="Here it is.")

    for step in ("reply", "canned", "send", "discard"):
        assert step not in offered(staff_client, message)
        assert staff_client.fill_in(page_of(message, step), {"text": "x"}).status_code == 409
    assert OutboxMail.objects.to_address("mary@fossil.test").count() == 0


def test_colleagues_see_who_is_answering(staff_client, waiting):
    start_answering(waiting, by=make_staff("clerk"))

    for step in ("change", "reply"):
        assert "clerk is answering this message (until " in text_of(
            staff_client.get(page_of(waiting, step))
        )
    assert "answering" not in offered(staff_client, waiting)
    listed = text_of(staff_client.get(LIST))
    assert '<td class="field-handler">– (clerk is answering)</td>' in listed
    ContactMessage.objects.update(being_answered_until=timezone.now())
    assert "is answering this message" not in text_of(staff_client.get(page_of(waiting)))
    assert staff_client.fill_in(page_of(waiting, "answering"), {}).status_code == 303
    assert "grace is answering this message" in text_of(staff_client.get(page_of(waiting)))


def test_a_message_is_assigned_noted_and_remembered(staff_client, staff, waiting):
    clerk = make_staff("clerk")
    today = timezone.localdate()
    for step, data in (
        ("assign", {"to": clerk.pk}),
        ("note", {"text": "Called twice."}),
        ("remind", {"on": today.isoformat()}),
    ):
        assert staff_client.fill_in(page_of(waiting, step), data).status_code == 303
    waiting.refresh_from_db()
    assert (waiting.assigned_to, waiting.remind_on) == (clerk, today)
    assert '<td class="field-handler">clerk</td>' in text_of(staff_client.get(LIST))
    page = text_of(staff_client.get(page_of(waiting)))
    assert "Called twice." in page
    front = text_of(staff_client.get("/admin/"))
    assert f'<a href="{LIST}?inbox=reminders"><strong>1</strong> message to be remembered</a>' in (
        front
    )
    assert f'value="{today.isoformat()}"' in text_of(staff_client.get(page_of(waiting, "remind")))
    assert f'<option value="{clerk.pk}" selected>' in text_of(
        staff_client.get(page_of(waiting, "assign"))
    )


def test_messages_are_merged_and_separated(staff_client, waiting, submission):
    again = receive_message(replace(submission, message="I have written twice."))
    question = text_of(staff_client.get(page_of(waiting, "merge")))
    assert f"<li>{again.reference}: I have written twice.</li>" in question

    refused = staff_client.fill_in(page_of(waiting, "merge"), {"reference": "2345678923"})
    assert "No other message from this address waits under that reference." in text_of(refused)
    merged = staff_client.fill_in(page_of(again, "merge"), {"reference": waiting.reference})
    assert merged.status_code == 303
    page = text_of(staff_client.get(page_of(waiting)))
    assert f'href="{page_of(again)}"' in page
    assert offered(staff_client, again) == ["note", "remind", "separate"]
    assert staff_client.fill_in(page_of(again, "separate"), {}).status_code == 303
    assert ContactMessage.objects.waiting().count() == 2


def test_a_double_among_spam_is_delivered_with_the_message_it_hangs_on(
    staff_client, waiting, submission
):
    again = receive_message(replace(submission, message="I have written twice."))
    merge(again, into=waiting.reference)
    mark_spam(waiting)

    assert "deliver" in offered(staff_client, waiting)
    assert "deliver" not in offered(staff_client, again)


@pytest.mark.parametrize(
    ("action", "state", "words"),
    [
        ("bulk_answered", "answered", "Nothing is mailed to their senders."),
        ("bulk_spam", "spam", "A privacy request is never spam"),
    ],
)
def test_many_are_closed_after_a_question(staff_client, waiting, submission, action, state, words):
    other = receive_message(replace(submission, message="Buy now."))
    kept = receive_message(replace(submission, message="Not chosen."))
    closed = mark_spam(receive_message(replace(submission, message="Closed before.")))
    mails = OutboxMail.objects.count()

    question = act(staff_client, action, waiting, other, closed)
    assert words in text_of(question)
    assert "Buy now." in text_of(question)
    assert "Closed before." not in text_of(question)
    assert ContactMessage.objects.waiting().count() == 3

    done = act(staff_client, action, waiting, other, closed, confirmed="yes")
    assert "2 messages." in text_of(done)
    assert list(ContactMessage.objects.waiting()) == [kept]
    assert ContactMessage.objects.get(pk=other.pk).state == state
    assert OutboxMail.objects.count() == mails
    assert LogEntry.objects.count() == 2
    again = act(staff_client, action, waiting, confirmed="yes")
    assert "None of these messages waits." in text_of(again)


def test_what_a_colleague_closes_in_between_is_passed_over(
    staff_client, waiting, submission, monkeypatch
):
    receive_message(replace(submission, message="Buy now."))
    once: list[ContactMessage] = []

    def first_is_taken(message):
        if not once:
            once.append(mark_spam(message))
        return mark_spam(message)

    monkeypatch.setattr("contact.admin.mark_spam", first_is_taken)
    done = act(staff_client, "bulk_spam", *ContactMessage.objects.all(), confirmed="yes")

    assert "Marked as spam. 1 message." in text_of(done)
    assert LogEntry.objects.count() == 1


def clerk(*codenames):
    user = make_staff("clerk", is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = SiteClient()
    client.force_login(user)
    return client


def test_reading_gives_no_right_to_act_on_many(waiting):
    client = clerk("view_contactmessage")
    for action in ("bulk_answered", "bulk_spam", "export_csv"):
        act(client, action, waiting, confirmed="yes")
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert LogEntry.objects.count() == 0


def test_answering_gives_no_right_to_a_file(waiting):
    page = clerk("view_contactmessage", "change_contactmessage").get(LIST)
    choices = text_of(page)
    assert '<option value="bulk_spam">' in choices
    assert '<option value="export_csv">' not in choices


def test_the_file_holds_no_formula_and_no_way_to_write_to_who_said_no(submission):
    client = clerk("view_contactmessage", "export_contactmessage")
    yes = receive_message(replace(submission, name='=HYPERLINK("//evil.test")'))
    no = receive_message(
        replace(submission, wants_contact=False, email="joseph@fossil.test", message="-1\n+2")
    )
    answer = act(client, "export_csv", yes, no)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="messages.csv"'
    head, first, second = csv.reader(StringIO(text_of(answer), newline=""))
    one, two = (dict(zip(head, row, strict=True)) for row in (first, second))
    assert (one["Name"], one["Email"], one["Phone"]) == (
        '\'=HYPERLINK("//evil.test")',
        "mary@fossil.test",
        "'+44 1297 443370",
    )
    assert (two["Email"], two["Phone"], two["Message"]) == ("", "", "'-1\n+2")
    assert "joseph" not in text_of(answer)
    assert [one["Answered"], one["Answered by"], one["State"]] == ["", "", "Waiting"]
    said = LogEntry.objects.values_list("object_repr", "change_message")
    assert set(said) == {(f"Message {m.reference}", "Exported as CSV.") for m in (yes, no)}


def test_the_file_says_who_answered_and_when(staff_client, staff, waiting):
    ContactMessage.objects.update(
        state="answered", answered_by=staff, answered_at=timezone.now() - timedelta(days=1)
    )
    answer = act(staff_client, "export_csv", waiting)
    head, row = csv.reader(StringIO(text_of(answer), newline=""))
    told = dict(zip(head, row, strict=True))
    yesterday = timezone.localdate() - timedelta(days=1)
    assert told["Answered by"] == "grace"
    assert told["Answered"].startswith(yesterday.isoformat())


def test_notes_stay_readable_when_their_writer_has_left(staff_client, waiting):
    person = make_staff("clerk")
    add_note(waiting, by=person, text="Called twice.")
    person.delete()

    assert "A colleague," in text_of(staff_client.get(page_of(waiting)))


def test_a_canned_answer_is_written_and_changed_under_its_stamp(staff_client):
    add = "/admin/contact/cannedanswer/add/"
    data = {"title": "Sent", "text": "Dear [name], it leaves on [day]."}
    assert "[name] and [reference] are filled in by themselves" in text_of(staff_client.get(add))
    staff_client.post(add, data)
    canned = CannedAnswer.objects.get()
    assert str(canned) == f"Canned answer {canned.pk}"
    change = f"/admin/contact/cannedanswer/{canned.pk}/change/"
    assert staff_client.post(change, {**data, "title": "Lost"}).status_code == 409
    assert staff_client.fill_in(change, {**data, "title": "Lost"}).status_code == 302
    assert CannedAnswer.objects.get().title == "Lost"
