"""Readers and topics at the desk."""

import pytest

from newsletter.models import Subscriber, Suppression, Topic
from newsletter.suppression import may_be_mailed
from newsletter.topics import load_topics
from outbox.models import OutboxMail
from tests.client import stamp_in

pytestmark = pytest.mark.django_db
LIST = "/admin/newsletter/subscriber/"
TOPICS = "/admin/newsletter/topic/"


@pytest.fixture
def held(db):
    return Subscriber.objects.create(email="held@example.com", state="held")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_readers_is_flat(staff_client, reader, django_assert_num_queries, count):
    for number in range(count):
        reader(f"{number}@example.com")
    staff_client.get(LIST)
    with django_assert_num_queries(6):
        page = staff_client.get(LIST)
    assert page.content.decode().count("@example.com</a>") == count


def test_the_page_of_a_reader_shows_the_proof_and_lets_nobody_edit_it(staff_client, reader, topic):
    page = staff_client.get(f"{LIST}{reader().pk}/change/").content.decode()
    assert "Engine starting" in page
    assert "The button behind the mailed link" in page
    assert 'name="_save"' not in page


def test_a_reader_without_topics_and_words_says_so(staff_client, held):
    page = staff_client.get(f"{LIST}{held.pk}/change/").content.decode()
    assert page.count('<div class="readonly">none</div>') == 2


def test_held_sign_ups_stand_on_the_front_page_and_go_on(staff_client, held):
    assert (
        "newsletter sign-up held as suspected spam" in staff_client.get("/admin/").content.decode()
    )
    step = f"{LIST}{held.pk}/release/"
    answer = staff_client.post(step, stamp_in(staff_client.get(step)))
    assert answer.headers["Location"] == f"{LIST}{held.pk}/change/"
    assert [mail.recipient for mail in OutboxMail.objects.all()] == ["held@example.com"]
    assert staff_client.get(step).status_code == 409


def test_staff_unsubscribe_who_asks_by_telephone(staff_client, reader):
    step = f"{LIST}{reader().pk}/end/"
    answer = staff_client.post(step, stamp_in(staff_client.get(step)))
    assert answer.headers["Location"] == LIST
    assert not Subscriber.objects.exists()
    assert not may_be_mailed("ann@example.com")
    assert Suppression.objects.get().why == "unsubscribed"


def test_a_topic_is_added_changed_and_not_deleted(staff_client, reader, topic):
    reader()
    added = staff_client.post(
        f"{TOPICS}add/",
        {"title": "Service", "slug": "service", "description": "", "position": "9", "active": "on"},
    )
    assert added.headers["Location"] == TOPICS
    page = f"{TOPICS}{topic.pk}/change/"
    data = {"title": "Starting", "description": "All of it", "position": "2"}
    changed = staff_client.post(page, {**data, **stamp_in(staff_client.get(page))})
    assert changed.headers["Location"] == TOPICS
    topic.refresh_from_db()
    assert (topic.title, topic.slug, topic.active) == ("Starting", "starting", False)
    shown = staff_client.get(TOPICS).content.decode()
    assert "The topic is saved." in shown
    assert '<td class="field-readers">1</td>' in shown
    assert staff_client.get(f"{TOPICS}{topic.pk}/delete/").status_code == 403


def test_a_site_begins_with_the_topics_of_its_content_and_keeps_those_of_staff():
    assert load_topics() == 0
    Topic.objects.all().delete()
    assert load_topics() == 4
    assert list(Topic.objects.values_list("slug", "position")) == [
        ("starting-batteries", 1),
        ("charger-settings", 2),
        ("specifications", 3),
        ("products-and-documents", 4),
    ]
