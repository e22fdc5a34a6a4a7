"""Rows in every state: of one person, in whatever order a database hands its rows out."""

import pytest

from privacy.datamap.promises import export_and_erasure
from privacy.datamap.promises.raw_rows import Database
from privacy.promises.running_site import RunningSite

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(params=["first", "last"])
def handed_out(request, monkeypatch):
    """Have the rows of a table come with the oldest or the newest first.

    PostgreSQL puts a new row where an old one was taken away, and promises no order.
    """
    as_they_come = Database._where

    def turned(self, condition):
        found = as_they_come(self, condition)
        return {
            table: dict(sorted(rows.items(), reverse=request.param == "last"))
            for table, rows in found.items()
        }

    monkeypatch.setattr(Database, "_where", turned)


def test_the_copy_and_the_erasure_are_kept_in_either_order(handed_out):
    site = RunningSite()
    assert export_and_erasure.the_copy_is_whole_and_holds_nobody_else(site).figures
    assert export_and_erasure.an_erasure_leaves_nothing_and_touches_nobody_else(site).figures


def test_a_mail_in_each_state_is_to_the_person(handed_out):
    with export_and_erasure.person_and_neighbour(RunningSite()) as (person, _, database):
        mails = person.rows(database)["outbox_outboxmail"].values()
    for state in ("sent_at", "parked_at", "lease_until"):
        assert {person.email} <= {one["recipient"] for one in mails if one[state]}, state
