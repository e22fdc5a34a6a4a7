"""Breaks of what is noted beside the records: counts, and what staff did."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from accounts.models import User
from audit_log.models import AuditEntry
from tests.factories.people import make_staff
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_holdings import sql
from tests.promises.hand import Hand

HELD = "policy.names-what-we-collect"


def _noted(**more: Any) -> None:
    AuditEntry.objects.create(
        **{
            "kind": "changed",
            "did": "Changed.",
            "table": "accounts.User",
            "place": "/admin/",
            **more,
        }
    )


@breaks(HELD, way=Way.ROWS)
def a_trail_that_calls_people_by_their_names(hand: Hand) -> None:
    _noted(name="Ada Lovelace")


@breaks(HELD, way=Way.ROWS)
def a_trail_that_tells_what_somebody_had_said(hand: Hand) -> None:
    _noted(changes={"is_staff": ["False", "True"], "company": ["Analytical Engines", "\u2013"]})


@breaks(HELD, way=Way.ROWS)
def a_trail_that_numbers_somebody_who_is_gone(hand: Hand) -> None:
    _noted(row="4711")


@breaks(HELD, way=Way.ROWS)
def a_note_of_the_desk_about_somebody_who_is_gone(hand: Hand) -> None:
    LogEntry.objects.create(
        user=make_staff(),
        content_type=ContentType.objects.get_for_model(User),
        object_id="4711",
        object_repr="ada",
        action_flag=CHANGE,
    )


@breaks("retention.access-logs", way=Way.ROWS)
def a_count_that_is_stored_for_a_quarter_of_a_year(hand: Hand) -> None:
    if "shared_cache" not in connection.introspection.table_names():
        sql("CREATE TABLE shared_cache (cache_key varchar(255), value text, expires timestamp)")
    sql("INSERT INTO shared_cache VALUES (':1:limit:webmaster', 'gAVLAy4=', '2999-01-01 00:00:00')")
