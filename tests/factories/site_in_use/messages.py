"""What was written to the departments, and what became of it."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from accounts.models import User
from contact import replies, teamwork
from contact.departments import topics
from contact.models import CannedAnswer, ContactMessage
from contact.orders import load_orders
from contact.services import (
    Submission,
    answer_message,
    mark_spam,
    receive_message,
    release_from_quarantine,
)
from tests.factories.site_in_use.clock import NAMES, days_ago, spread
from tests.factories.site_in_use.people import DAILY, OWNER, WEBMASTER

DONE, WAITING = 60, 14
WITH_PHOTOS = "tech-support"


def load_order_list(customers: list[User]) -> None:
    """Load the list of the company's orders."""
    today = timezone.localdate()
    rows = [
        f"PO-{number},{user.email},In production,{today},,"
        for number, user in enumerate(customers[:12])
    ]
    load_orders(
        "\n".join(["order_number,email,state,ordered_on,ships_on,shipped_on", *rows]).encode()
    )


def photo(number: int) -> bytes:
    """Return a small picture, each of its own colour."""
    content = BytesIO()
    Image.new("RGB", (40, 30), (number, 9, 9)).save(content, "JPEG")
    return content.getvalue()


def receive_messages(staff: list[User], customers: list[User]) -> None:
    """Take messages: older ones that are done, each in its own way, and new ones that wait."""
    CannedAnswer.objects.create(title="Data sheet", text="Dear [name], here it is.")
    team = [staff[WEBMASTER], staff[DAILY], staff[OWNER]]
    for number in range(DONE):
        days = spread(number, DONE)
        with days_ago(days):
            trapped = number % 6 == 3
            message = receive_message(written(number, customers), trapped=trapped)
        with days_ago(days - 0.5):
            WAYS[number % 6](message, team[number % 3], number)
    for number in range(WAITING):
        with days_ago(4 - number / 4):
            message = receive_message(written(1000 + number, customers))
            _begin(message, team, number)


def written(number: int, customers: list[User]) -> Submission:
    """Return what somebody typed: a customer, or a stranger."""
    names = [name for name, _ in topics()]
    topic = names[number % len(names)]
    known = customers[number % len(customers)].email
    return Submission(
        name=NAMES[number % len(NAMES)],
        email=known if number % 3 == 0 else f"visitor{number}@else{number % 40}.example",
        phone=("", "+49 30 123")[number % 2],
        message=f"Message {number} <b>bold</b> & ünïcode 電池 https://x.example/?q={number}",
        wants_contact=number % 4 < 2,
        topic=topic,
        company="Firm" if topic == WITH_PHOTOS else "",
        photos=(photo(number % 250),) if topic == WITH_PHOTOS else (),
    )


def _answered(message: ContactMessage, by: User, number: int) -> None:
    teamwork.assign(message, by=by, to=by)
    teamwork.add_note(message, by=by, text="He <b>called</b> back")
    answer_message(message, by=by, note="Called")


def _replied(message: ContactMessage, by: User, number: int) -> None:
    teamwork.add_note(message, by=by, text=f"A note on {message.email}")
    if not message.may_be_written_to:
        answer_message(message, by=by)
        return
    replies.save_draft(message, by=by, text="Dear you, it is done.")
    replies.send_reply(message, by=by)


def _spoken(message: ContactMessage, by: User, number: int) -> None:
    _replied(message, by, number)
    automatic = number % 4 == 1
    replies.receive_reply(
        message, text="Thanks! <b>", header_id=f"<a{number}@x.example>", automatic=automatic
    )
    message.refresh_from_db()
    if message.is_open:
        answer_message(message, by=by)


def _held(message: ContactMessage, by: User, number: int) -> None:
    """Release every other one; the rest is spam, as the trap has said."""
    if number % 12 == 3:
        release_from_quarantine(message)
        answer_message(message, by=by)


def _spam(message: ContactMessage, by: User, number: int) -> None:
    mark_spam(message)


def _doubled(message: ContactMessage, by: User, number: int) -> None:
    said = Submission(
        message.name, message.email, message.phone, message.message, wants_contact=False
    )
    double = receive_message(replace(said, message=f"Once more: {message.message}"))
    teamwork.merge(double, into=message.reference)
    answer_message(message, by=by)


WAYS = (_answered, _replied, _spam, _held, _doubled, _spoken)


def _begin(message: ContactMessage, team: list[User], number: int) -> None:
    by = team[number % 3]
    if number % 3 == 0:
        teamwork.assign(message, by=by, to=team[0])
    if number % 4 == 0:
        replies.save_draft(message, by=by, text="Dear <b>…</b>")
    if number % 5 == 0:
        teamwork.remind(message, on=timezone.localdate() + timedelta(days=30))
    if number == 3:
        teamwork.start_answering(message, by=by)
    if number == 6:
        teamwork.add_note(message, by=by, text="Wait.")
