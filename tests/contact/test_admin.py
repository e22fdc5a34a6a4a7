"""The inbox: staff read, close and judge; nobody edits, and what visitors typed does nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from contact.models import ContactMessage
from contact.replies import receive_reply
from contact.services import answer_message, mark_spam, receive_message
from contact.teamwork import add_note, assign, remind
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import make_staff

LIST = "/admin/contact/contactmessage/"
pytestmark = pytest.mark.django_db


def page_of(message, name="change"):
    return f"{LIST}{message.pk}/{name}/"


def text_of(response):
    return response.content.decode()


def clerk(*codenames):
    """Return a client for a member of staff with these rights and no other."""
    user = make_staff("clerk", is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = SiteClient()
    client.force_login(user)
    return client


@pytest.fixture
def inbox(submission, staff):
    """One message in each state, the oldest first."""
    rows = {
        name: receive_message(replace(submission, message=name), trapped=name == "held")
        for name in ("first", "second", "answered", "spam", "held")
    }
    answer_message(rows["answered"], by=staff, note="Sent.")
    mark_spam(rows["spam"])
    assign(rows["second"], by=staff, to=staff)
    add_note(rows["second"], by=staff, text="Said in a note")
    assign(rows["answered"], by=staff, to=staff)
    remind(rows["answered"], on=timezone.localdate())
    remind(rows["spam"], on=timezone.localdate() + timedelta(days=1))
    receive_reply(
        rows["answered"], text="Said in a reply", header_id="<1@fossil.test>", automatic=True
    )
    ContactMessage.objects.filter(pk=rows["first"].pk).update(
        received_at=timezone.now() - timedelta(days=5)
    )
    ContactMessage.objects.filter(pk=rows["second"].pk).update(
        received_at=timezone.now() - timedelta(days=5, minutes=-1)
    )
    return rows


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["first", "second"]),
        ("?inbox=answered", ["answered"]),
        ("?inbox=held", ["held"]),
        ("?inbox=spam", ["spam", "held"]),
        ("?inbox=all", ["first", "second", "answered", "spam", "held"]),
        ("?inbox=nonsense", ["first", "second"]),
        ("?inbox=mine", ["second"]),
        ("?inbox=late", ["first"]),
        ("?inbox=reminders", ["answered"]),
        ("?q=fossil.test", ["first", "second", "answered", "spam", "held"]),
        ("?q=answered", ["answered"]),
        ("?q=said+in+a+note", ["second"]),
        ("?q=said+in+a+reply", ["answered"]),
        ("?q=fossil.test&inbox=spam", ["spam", "held"]),
        ("?q=joseph", []),
    ],
)
def test_the_tabs_show_their_messages_oldest_first(staff_client, inbox, query, shown):
    response = staff_client.get(LIST + query)

    assert response.status_code == 200
    assert [m.message for m in response.context["cl"].result_list] == shown


def test_the_list_says_who_answered_and_how_old(staff_client, inbox, staff):
    page = text_of(staff_client.get(LIST + "?inbox=answered"))

    assert '<td class="field-age">0\xa0minutes</td>' in page
    assert f'<td class="field-answered_by nowrap">{staff}</td>' in page


def test_the_page_shows_the_message_and_lets_nobody_edit_it(staff_client, waiting):
    response = staff_client.get(page_of(waiting))
    page = text_of(response)

    assert "The data sheet of the EnerGenius charger does not open.<br>Can you send it?" in page
    assert "<textarea" not in page
    assert f'href="mailto:mary@fossil.test?subject=Your%20message%20{waiting.reference}"' in page
    assert [a["label"] for a in response.context["steps"]] == [
        "Write a reply", "I am answering", "Assign", "Add a note", "Remind", "Merge", "Answered",
        "Mark as spam",
    ]  # fmt: skip
    assert staff_client.post(page_of(waiting), {"message": "Changed"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.message.startswith("The data sheet")
    assert staff_client.get(f"{LIST}add/").status_code == 403


def test_who_did_not_ask_cannot_be_answered_by_a_click(staff_client, submission):
    message = receive_message(replace(submission, wants_contact=False))
    page = text_of(staff_client.get(page_of(message)))

    assert "This person did not ask to be contacted." in page
    assert "mary@fossil.test" in page
    assert "mailto:" not in page


def test_what_was_typed_is_text_and_nothing_else(staff_client, submission):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    message = receive_message(replace(submission, name=evil, message=evil, phone="<b>1</b>"))

    for address in (LIST, page_of(message), page_of(message, "answer")):
        page = text_of(staff_client.get(address))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>1</b>" not in page
    assert "&lt;img src=x onerror=alert(2)&gt;" in text_of(staff_client.get(page_of(message)))


def test_looking_changes_nothing(staff_client, inbox):
    before = list(ContactMessage.objects.order_by("pk").values())
    for message in inbox.values():
        for name in ("change", "history", "answer", "spam", "deliver"):
            staff_client.get(page_of(message, name))

    assert list(ContactMessage.objects.order_by("pk").values()) == before
    assert LogEntry.objects.count() == 0


def test_answered_with_a_note(staff_client, staff, waiting):
    response = staff_client.fill_in(page_of(waiting, "answer"), {"note": "Sent the data sheet."})

    assert (response.status_code, response.headers["Location"]) == (303, page_of(waiting))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.answered_by, waiting.answer_note) == (
        "answered",
        staff,
        "Sent the data sheet.",
    )
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.change_message) == (
        staff,
        f"Message {waiting.reference}",
        "Marked as answered.",
    )
    page = staff_client.get(page_of(waiting))
    offered = [step["label"] for step in page.context["steps"]]
    assert offered == ["Write a reply", "Add a note", "Remind"]


def test_a_note_that_is_too_long_is_kept_and_changes_nothing(staff_client, waiting):
    response = staff_client.fill_in(page_of(waiting, "answer"), {"note": "n" * 5001})

    assert response.status_code == 422
    assert "n" * 5001 in text_of(response)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_spam_is_asked_first_and_can_be_taken_back(staff_client, waiting):
    question = text_of(staff_client.get(page_of(waiting, "spam")))
    assert "A privacy request is never spam" in question
    mails = OutboxMail.objects.count()

    assert staff_client.fill_in(page_of(waiting, "spam"), {}).status_code == 303
    waiting.refresh_from_db()
    assert waiting.state == "spam"
    assert staff_client.fill_in(page_of(waiting, "deliver"), {}).status_code == 303
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert OutboxMail.objects.count() == mails


def test_what_was_held_is_delivered_with_its_mail(staff_client, held):
    assert OutboxMail.objects.count() == 0

    assert staff_client.fill_in(page_of(held, "deliver"), {}).status_code == 303

    held.refresh_from_db()
    assert (held.state, held.quarantined_because) == ("waiting", "")
    assert OutboxMail.objects.get().recipient == "webmaster@company.test"


@pytest.mark.parametrize(
    ("row", "action"),
    [
        ("answered", "answer"),
        ("answered", "spam"),
        ("answered", "deliver"),
        ("first", "deliver"),
        ("spam", "spam"),
        ("held", "answer"),
    ],
)
def test_an_action_that_does_not_fit_the_state_is_refused(staff_client, inbox, row, action):
    before = list(ContactMessage.objects.order_by("pk").values())

    response = staff_client.fill_in(page_of(inbox[row], action), {"note": "x"})

    assert response.status_code == 409
    assert "a colleague has dealt with this message" in text_of(response)
    assert list(ContactMessage.objects.order_by("pk").values()) == before


def test_reading_is_not_acting(waiting):
    client = clerk("view_contactmessage")

    assert client.get(page_of(waiting)).context["steps"] == []
    for action in ("answer", "spam", "deliver"):
        assert client.fill_in(page_of(waiting, action), {"note": ""}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_acting_is_not_deleting(waiting):
    client = clerk("view_contactmessage", "change_contactmessage", "delete_contactmessage")

    assert client.get(page_of(waiting, "delete")).status_code == 403
    assert client.post(page_of(waiting, "delete"), {"post": "yes"}).status_code == 403
    client.post(
        LIST, {"action": "delete_selected", "_selected_action": [waiting.pk], "post": "yes"}
    )
    assert ContactMessage.objects.count() == 1
    assert client.fill_in(page_of(waiting, "answer"), {"note": ""}).status_code == 303


def test_a_superuser_deletes_after_a_question(staff_client, waiting):
    assert "Are you sure" in text_of(staff_client.get(page_of(waiting, "delete")))
    assert ContactMessage.objects.count() == 1

    assert staff_client.post(page_of(waiting, "delete"), {"post": "yes"}).status_code == 302
    assert ContactMessage.objects.count() == 0


def test_a_message_that_is_gone_is_404(staff_client, waiting):
    ContactMessage.objects.all().delete()

    assert staff_client.get(page_of(waiting, "answer")).status_code == 404


def test_strangers_and_customers_see_nothing(client, signed_in, waiting):
    for visitor in (SiteClient(), signed_in):
        for address in (LIST, page_of(waiting), page_of(waiting, "answer")):
            response = visitor.get(address)
            assert response.status_code in {302, 403, 404}
            assert "Anning" not in text_of(response)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    staff_client, submission, staff, count, django_assert_num_queries
):
    for number in range(count):
        message = receive_message(replace(submission, message=f"Letter {number}"))
        answer_message(message, by=staff)
    staff_client.get(LIST + "?inbox=answered")

    with django_assert_num_queries(LIST_QUERIES):
        staff_client.get(LIST + "?inbox=answered")


LIST_QUERIES = 5


def test_a_photo_is_shown_to_who_may_read_messages_and_to_nobody_else(submission):
    message = receive_message(replace(submission, photos=(b"one", b"two")))
    address = f"{LIST}{message.pk}/photo/2/"
    shown = clerk("view_contactmessage").get(address)
    assert (shown.status_code, shown.content) == (200, b"two")
    assert shown.headers["Content-Disposition"] == f'inline; filename="{message.reference}-2.jpg"'
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown.headers["Cache-Control"]
    for right in ("view_cannedanswer", "export_contactmessage"):
        get_user_model().objects.filter(username="clerk").delete()
        assert clerk(right).get(address).status_code == 403


def test_the_list_shows_departments_and_can_be_narrowed_to_one(staff_client, submission):
    for topic in ("webmaster", "feedback", "bees"):
        receive_message(replace(submission, topic=topic, message=f"To {topic}"))
    page = text_of(staff_client.get(LIST))
    assert [f">{one}</td>" in page for one in ("Webmaster", "Feedback", "bees")] == [True] * 3
    narrowed = text_of(staff_client.get(f"{LIST}?department=feedback"))
    assert [f">{one}</td>" in narrowed for one in ("Webmaster", "Feedback", "bees")] == [
        False, True, False,
    ]  # fmt: skip
