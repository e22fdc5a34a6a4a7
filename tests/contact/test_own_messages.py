"""What somebody with an account sees of their own messages: theirs, and nobody else's."""

from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress

from contact.models import ContactMessage
from contact.replies import receive_reply, save_draft, send_reply
from contact.services import receive_message
from contact.teamwork import add_note

pytestmark = pytest.mark.django_db
PAGE = "/contact/messages/"


@pytest.fixture
def own(client, person, submission):
    """Return what writes a message from an address of somebody who is logged in."""
    client.force_login(person)

    def write(text, email=person.email, **more):
        return receive_message(replace(submission, email=email, message=text, **more))

    return write


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_stranger_is_asked_to_log_in(client):
    response = client.get(PAGE)
    assert (response.status_code, response.headers["Location"]) == (
        302,
        "/accounts/login/?next=/contact/messages/",
    )


def test_messages_stand_with_their_answers_the_newest_first(client, own, staff):
    own("An older one", topic="order-status", order_number="PO 1", photos=(b"a", b"b"))
    message = own("The charger hums.\n<b>Loudly.</b>")
    add_note(message, by=staff, text="A secret of colleagues")
    save_draft(message, by=staff, text="Is it level?")
    send_reply(message, by=staff)
    receive_reply(message, text="It is.", header_id="<1@x>", automatic=False)
    receive_reply(message, text="Out of office", header_id="<2@x>", automatic=True)
    save_draft(message, by=staff, text="A draft that nobody has sent")
    page = text_of(client.get(PAGE))
    places = [page.index(one) for one in ("The charger hums.", "Is it level?", "It is.", "PO 1")]
    assert places == sorted(places)
    assert "&lt;b&gt;Loudly.&lt;/b&gt;" in page
    assert "<dt>Photos</dt> <dd>2</dd>" in page
    assert ", Order Status</h2>" in page
    assert "Our answer" in page
    assert "You wrote back" in page
    for hidden in (
        "A secret of colleagues",
        "Out of office",
        "A draft that nobody",
        staff.username,
    ):
        assert hidden not in page


def test_an_answered_message_says_so_and_a_held_one_says_nothing_of_it(client, own, staff):
    first = own("First")
    save_draft(first, by=staff, text="Yes")
    send_reply(first, by=staff)
    ContactMessage.objects.filter(pk=own("Held").pk).update(
        state="spam", quarantined_because="links"
    )
    page = text_of(client.get(PAGE))
    assert page.count("Answered on") == 1
    assert page.count("Stored; a person reads it") == 1
    assert "spam" not in page.lower()


def test_nobody_sees_what_others_wrote_or_what_came_from_an_unconfirmed_address(
    client, own, person
):
    EmailAddress.objects.create(user=person, email="new@home.test", verified=False)
    own("From a neighbor", email="neighbor@home.test")
    own("From an address that is not confirmed", email="new@home.test")
    page = text_of(client.get(PAGE))
    assert "You have not written to us yet." in page
    assert "From a" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    client, own, count, menu_read, django_assert_num_queries
):
    for number in range(count):
        own(f"Number {number}")
    client.get(PAGE)
    with django_assert_num_queries(3):
        client.get(PAGE)


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ("", {"Number 20.", "Older"}, {"Number 0.", "Newer"}),
        ("?page=2", {"Number 0.", "Newer"}, {"Number 20.", "Older"}),
        ("?page=none", {"Number 20."}, {"Number 0."}),
        ("?page=99", {"Number 0."}, {"Number 20."}),
    ],
)
def test_many_messages_come_in_pages(client, own, asked, shown, hidden):
    for number in range(21):
        own(f"Number {number}.")
    page = text_of(client.get(PAGE + asked))
    assert {one for one in shown | hidden if one in page} == shown
