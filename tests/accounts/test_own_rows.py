"""The rows of all rooms on the page "What we hold about you", which are asked for in one statement."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.own_rows import rows_of
from downloads.models import DownloadRecord
from downloads.own_rows import newest_first
from newsletter.models import Subscriber, Topic
from newsletter.own_rows import readers_of
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY = timedelta(days=1)
HUNDREDS = 301


def add_reader(email, *titles):
    now = timezone.now()
    confirmed = {"state": "confirmed", "confirmed_at": now, "confirmed_by": "link"}
    made = Subscriber.objects.create(email=email, **confirmed)
    for position, title in enumerate(titles):
        made.topics.add(
            Topic.objects.create(slug=title.lower(), title=title, position=9 - position)
        )


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_asks_the_same_however_much_there_is(
    signed_in, person, menu_read, django_assert_num_queries, how_many
):
    for number in range(how_many):
        EmailAddress.objects.create(user=person, email=f"{number}@customer.test", verified=True)
        add_reader(f"{number}@customer.test")
        version = make_version(make_document(f"d-{number}"))
        DownloadRecord.objects.create(user=person, version=version)
    signed_in.get("/accounts/data/")
    with django_assert_num_queries(2):  # who asks, and what there is
        page = " ".join(signed_in.get("/accounts/data/").content.decode().split())
    assert page.count("customer.test gets") == how_many
    assert page.count(", version 1, on") == how_many


def test_nothing_of_anybody_else_is_among_them(person):
    other = make_person("bea")
    EmailAddress.objects.create(user=person, email="waits@customer.test", verified=False)
    EmailAddress.objects.create(user=other, email="bea@elsewhere.test", verified=True)
    for email in ("waits@customer.test", "bea@elsewhere.test"):
        add_reader(email)
    DownloadRecord.objects.create(user=other, version=make_version(make_document()))
    found = rows_of(person)
    assert (found["downloads"], found["newsletter"], found["watches"]) == ([], [], [])
    assert "bea@elsewhere.test" not in {row.title for row in found["addresses"]}
    details = {row.title: row.detail for row in found["addresses"]}
    assert details["waits@customer.test"] == ""


def test_all_downloads_are_shown_the_newest_first(person):
    version = make_version(make_document())
    DownloadRecord.objects.bulk_create(
        DownloadRecord(user=person, version=version, at=THEN + number * A_DAY)
        for number in range(HUNDREDS)
    )
    days = [row.at for row in newest_first(rows_of(person)["downloads"])]
    assert days == [THEN + number * A_DAY for number in reversed(range(HUNDREDS))]


def test_topics_stand_in_their_order_under_their_reader(person):
    EmailAddress.objects.create(user=person, email="news@customer.test", verified=True)
    add_reader("news@customer.test", "Second", "First")
    (reader,) = readers_of(rows_of(person)["newsletter"])
    assert (reader.email, reader.topics) == ("news@customer.test", ["First", "Second"])
