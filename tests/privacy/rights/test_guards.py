"""What the database itself keeps of a request: its events, for 36 months after closing."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from privacy.datamap.retention import purge_expired
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.intake import record
from privacy.rights.models import RequestEvent, SubjectRequest
from sens_site.lib.months import add_months

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture
def limit(db) -> datetime:
    """36 months ago."""
    return add_months(timezone.now(), -36)


def asked(*happened: tuple[Did, datetime]) -> SubjectRequest:
    request = SubjectRequest.objects.create(
        kind=Kind.QUESTION,
        channel=Channel.FORM,
        received_at=happened[0][1],
        due_on=happened[0][1].date(),
    )
    for did, at in happened:
        record(request, did, at=at)
    return request


def is_kept(request: SubjectRequest, did: Did) -> bool:
    """Whether one event withstands being deleted below the application."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM rights_requestevent WHERE request_id = %s AND did = %s",
                [request.pk, did],
            )
    except IntegrityError:
        return True
    return False


def test_events_are_kept_until_their_request_has_been_closed_for_36_months(limit):
    young = asked((Did.RECEIVED, limit - 50 * A_DAY), (Did.ANSWERED, limit + A_DAY))
    assert [is_kept(young, did) for did in (Did.RECEIVED, Did.ANSWERED)] == [True, True]
    old = asked((Did.RECEIVED, limit - 50 * A_DAY), (Did.ANSWERED, limit - A_DAY))
    assert [is_kept(old, did) for did in (Did.RECEIVED, Did.ANSWERED)] == [False, False]


def test_an_event_after_closing_goes_with_the_others(limit):
    old = asked(
        (Did.RECEIVED, limit - 50 * A_DAY),
        (Did.WITHDRAWN, limit - A_DAY),
        (Did.VENDOR_DONE, limit + 700 * A_DAY),
    )
    assert is_kept(old, Did.VENDOR_DONE) is False


def test_the_events_of_an_open_request_are_kept_however_old_they_are(limit):
    waits = asked((Did.RECEIVED, limit - 900 * A_DAY), (Did.HELD, limit - 900 * A_DAY))
    assert [is_kept(waits, did) for did in (Did.RECEIVED, Did.HELD)] == [True, True]


def test_a_closing_event_with_an_old_date_opens_no_way(limit):
    waits = asked((Did.RECEIVED, limit + A_DAY), (Did.ALARM, limit + 20 * A_DAY))
    record(waits, Did.WITHDRAWN, at=limit - 900 * A_DAY)
    assert [is_kept(waits, did) for did in (Did.RECEIVED, Did.ALARM, Did.WITHDRAWN)] == [True] * 3


def test_another_requests_closing_opens_no_way(limit):
    asked((Did.RECEIVED, limit - 50 * A_DAY), (Did.ANSWERED, limit - A_DAY))
    waits = asked((Did.RECEIVED, limit - 50 * A_DAY))
    assert is_kept(waits, Did.RECEIVED) is True


def test_a_temporary_table_of_the_same_name_opens_no_way(limit):
    waits = asked((Did.RECEIVED, limit - 50 * A_DAY))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE rights_requestevent AS"
            " SELECT id, request_id, 'answered' AS did, at FROM rights_requestevent"
        )
        table = {"sqlite": "main", "postgresql": "public"}[connection.vendor]
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(f"DELETE FROM {table}.rights_requestevent")  # noqa: S608
        cursor.execute("DROP TABLE rights_requestevent")
    assert waits.events.count() == 1


def test_requests_go_in_any_order_of_their_events(limit):
    """The closing event may have a smaller number than others, and a later neighbour."""
    for _ in range(3):
        asked(
            (Did.WITHDRAWN, limit - A_DAY),
            (Did.RECEIVED, limit - 2 * A_DAY),
            (Did.FILE_DESTROYED, limit + 100 * A_DAY),
        )
    assert [result.error for result in purge_expired() if result.error] == []
    assert (SubjectRequest.objects.count(), RequestEvent.objects.count()) == (0, 0)
