"""The same form sent many times at the same moment: one message, one mail, one kind of answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from contact.models import ContactMessage
from contact.photo_models import MessagePhoto
from outbox.models import OutboxMail
from tests.client import SiteClient, said_by, stamp_in
from tests.contact.photos import chosen, drawn
from tests.factories.people import make_staff

FORM = "/contact/webmaster/"
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, call):
    """Run `call(number)` in `count` threads that start together; return what they returned."""
    barrier = Barrier(count)

    def run(number):
        try:
            barrier.wait(timeout=30)
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.parametrize("count", [2, 10])
def test_one_form_many_times_is_one_message(letter, count):
    answers = at_once(count, lambda number: SiteClient().post(FORM, letter))

    assert [(a.status_code, said_by(a)) for a in answers] == [
        (303, ("/contact/webmaster/thanks/", "stored"))
    ] * count
    assert ContactMessage.objects.count() == 1
    assert sorted(OutboxMail.objects.values_list("recipient", flat=True)) == [
        "mary@fossil.test",
        "webmaster@company.test",
    ]


def test_twelve_equal_messages_with_a_photo_are_one(letter):
    support = "/contact/tech-support/"
    answers = at_once(
        12, lambda number: SiteClient().post(support, {**letter, "photos": [chosen(drawn())]})
    )

    assert [a.status_code for a in answers] == [303] * 12
    assert (ContactMessage.objects.count(), MessagePhoto.objects.count()) == (1, 1)
    assert OutboxMail.objects.count() == 2


def test_ten_forms_of_one_client_at_once_do_not_pass_the_limit(letter):
    answers = at_once(
        10, lambda number: SiteClient().post(FORM, {**letter, "message": f"Letter {number}"})
    )

    assert sorted(a.status_code for a in answers) == [303] * 5 + [429] * 5
    assert ContactMessage.objects.count() == 5


def test_two_colleagues_who_answer_at_once_make_one_answer(waiting):
    people = [make_staff("grace"), make_staff("alan")]
    page = f"/admin/contact/contactmessage/{waiting.pk}/answer/"
    desks = [SiteClient(), SiteClient()]
    for desk, colleague in zip(desks, people, strict=True):
        desk.force_login(colleague)

    shown = stamp_in(desks[0].get(page))
    answers = at_once(2, lambda n: desks[n].post(page, {**shown, "note": f"By {n}"}))

    codes = [a.status_code for a in answers]
    assert sorted(codes) == [303, 409]
    waiting.refresh_from_db()
    winner = codes.index(303)
    assert (waiting.answered_by, waiting.answer_note) == (people[winner], f"By {winner}")
