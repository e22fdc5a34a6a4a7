"""What a choice writes: never at the price of a refusal that waits, and bounded for each client."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Session
from privacy.consent import idempotency, services
from privacy.consent.models import ConsentReceipt, DailyChoice, NoticeSnapshot
from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from sens_site.lib.http.local_limit import LocalLimit
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import COOKIE, answer, squeezed

pytestmark = pytest.mark.django_db


def the_receipt() -> ConsentReceipt:
    return ConsentReceipt.objects.get()


def counts() -> dict[str, int]:
    return dict(DailyChoice.objects.values_list("outcome", "count"))


@contextmanager
def locked_database():
    """Another connection holds what a receipt needs; ours does not wait long."""
    other = connections.create_connection("default")
    try:
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA busy_timeout = 50")
            other.cursor().execute("BEGIN IMMEDIATE")
        else:
            connection.cursor().execute("SET lock_timeout = '50ms'")
            other.set_autocommit(False)
            for table in ("consent_consentreceipt", "consent_dailychoice"):
                other.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        if connection.vendor == "sqlite":
            other.cursor().execute("ROLLBACK")
            connection.cursor().execute("PRAGMA busy_timeout = 20000")
        else:
            other.rollback()
            connection.cursor().execute("SET lock_timeout = 0")
        other.close()


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_locked_nothing_is_granted(choose):
    with locked_database():
        response = choose("accept")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert response.cookies == {}
    assert ConsentReceipt.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_locked_a_refusal_holds_and_is_written_later(
    client, choose, caplog, full_offer
):
    choose("accept")
    first = the_receipt()
    with locked_database():
        response = choose("reject")
        assert response.status_code == 303
        assert client.cookies[COOKIE].value == (
            "preferences=-1|analytics=-1|marketing=-1|social=-1"
        )
        assert response.cookies[RECEIPT_COOKIE].value == str(first.pk)
        assert "A refusal could not be written yet; it holds all the same." in caplog.messages
    assert counts() == {"all": 1}
    assert "You have taken this consent back" not in squeezed(client.get("/cookies/receipt/"))
    SiteClient(REMOTE_ADDR="203.0.113.9").post(
        "/cookies/choose/", answer("reject"), headers=SAME_ORIGIN
    )
    assert counts() == {"all": 1, "withdrawn": 1, "nothing": 1}
    proof = ConsentReceipt.objects.get(replaces=first.pk)
    assert json.loads(proof.document)["event"]["state"] == "withdrawn"
    assert str(proof.pk) in squeezed(client.get("/cookies/receipt/"))


@pytest.mark.django_db(transaction=True)
def test_a_refusal_of_one_service_of_several_holds_while_the_database_is_locked(
    client, choose, full_offer
):
    choose("accept")
    with locked_database():
        response = choose("some", preferences="yes", social="yes", marketing="yes")
    assert response.status_code == 303
    assert "analytics=-1" in client.cookies[COOKIE].value


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_later_either_is_kept_for_the_next(choose, monkeypatch):
    def locked(choice):
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(services, "_record", locked)
        assert choose("reject").status_code == 303
        services.write_what_is_left()
    assert counts() == {}
    services.write_what_is_left()
    assert counts() == {"nothing": 1}


@pytest.mark.django_db(transaction=True)
def test_one_later_visitor_writes_twenty_at_most(monkeypatch):
    def locked(choice):
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(services, "_record", locked)
        for number in range(21):
            SiteClient(REMOTE_ADDR=f"203.0.113.{number}").post(
                "/cookies/choose/", answer("reject"), headers=SAME_ORIGIN
            )
    services.write_what_is_left()
    assert counts() == {"nothing": 20}
    services.write_what_is_left()
    assert counts() == {"nothing": 21}


@pytest.mark.django_db(transaction=True)
def test_no_statement_of_a_refusal_waits_for_the_lock(signed_in, person, full_offer):
    """Also not what notes when a session was last used, an hour or more ago."""
    Session.objects.update(last_used_at=timezone.now() - timedelta(hours=2))
    told = Told()
    with locked_database(), connection.execute_wrapper(told):
        response = signed_in.post("/cookies/choose/", answer("reject"), headers=SAME_ORIGIN)
    assert response.status_code == 303
    assert {wait for wait in told.waits if wait > 20} == set()
    assert told.waits


class Told:
    """How long what writes may wait, in milliseconds, as the database has been told by then."""

    def __init__(self):
        self.waits = []

    def __call__(self, execute, sql, params, many, context):
        database, asked = context["connection"].connection, 0
        if connection.vendor == "postgresql" and sql.startswith(("INSERT", "UPDATE", "DELETE")):
            row = database.execute("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")
            asked = int(row.fetchone()[0])
        try:
            return execute(sql, params, many, context)
        finally:
            if database is not None and connection.vendor == "sqlite" and "BEGIN" in sql:
                self.waits += database.execute("PRAGMA busy_timeout").fetchone()
            elif database is not None and sql.startswith(("INSERT", "UPDATE", "DELETE")):
                self.waits.append(asked)


def test_a_failure_after_the_receipt_leaves_neither(choose, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("disk is full")

    monkeypatch.setattr(services, "_count", fail)
    assert choose("accept").status_code == 503
    assert ConsentReceipt.objects.count() == 0


def test_the_first_two_visitors_of_a_day_are_both_counted(choose, monkeypatch):
    choose("reject")
    # The second has looked before the first was counted.
    rows_of_days = type(DailyChoice.objects.all())
    update, looks = rows_of_days.update, []

    def late(rows, **values):
        looks.append(values)
        return 0 if len(looks) == 1 else update(rows, **values)

    monkeypatch.setattr(rows_of_days, "update", late)
    SiteClient(REMOTE_ADDR="203.0.113.2").post(
        "/cookies/choose/", answer("reject"), headers=SAME_ORIGIN
    )
    assert counts() == {"nothing": 2}


def test_two_visitors_who_are_shown_the_same_for_the_first_time_share_one_notice(
    full_offer, monkeypatch
):
    notices = type(NoticeSnapshot.objects.all())
    exists = notices.exists

    def late(rows):
        return exists(rows) and rows.model is not NoticeSnapshot

    monkeypatch.setattr(notices, "exists", late)
    for address in ("203.0.113.1", "203.0.113.2"):
        SiteClient(REMOTE_ADDR=address).post(
            "/cookies/choose/", answer("accept"), headers=SAME_ORIGIN
        )
    assert (ConsentReceipt.objects.count(), NoticeSnapshot.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_twelve_copies_at_once_leave_one_receipt(full_offer):
    SiteClient().get("/cookies/")
    start = threading.Barrier(12)
    answers = []

    def send():
        client = SiteClient()
        start.wait()
        try:
            response = client.post("/cookies/choose/", answer("accept"), headers=SAME_ORIGIN)
            answers.append((response.status_code, response.cookies[RECEIPT_COOKIE].value))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(303, str(the_receipt().pk))] * 12
    assert counts() == {"all": 1}


def test_a_program_that_keeps_no_cookie_gets_120_receipts_in_ten_minutes(full_offer):
    this = idempotency.LIMIT.client(RequestFactory().get("/"))
    for _ in range(118):
        idempotency.LIMIT.take(this)
    answers = [
        SiteClient(headers={"user-agent": f"flood {number}"}).post(
            "/cookies/choose/", answer("accept", next="/"), headers=SAME_ORIGIN
        )
        for number in range(4)
    ]
    assert [r.status_code for r in answers] == [303, 303, 429, 429]
    assert ConsentReceipt.objects.count() == 2
    late = answers[-1]
    assert late.cookies == {}
    assert 0 < int(late.headers["Retry-After"]) <= 600
    assert "Nothing was allowed and nothing was changed." in squeezed(late)
    neighbour = SiteClient(REMOTE_ADDR="203.0.113.1")
    allowed = neighbour.post("/cookies/choose/", answer("accept"), headers=SAME_ORIGIN)
    assert allowed.status_code == 303


def test_a_client_gets_500_receipts_a_day(monkeypatch):
    noon = 1_800_000_000 - 1_800_000_000 % (24 * 3600)
    taken = []
    for moment in range(0, 24 * 3600, 60):
        monkeypatch.setattr(
            "sens_site.lib.http.local_limit.time.time", lambda now=noon + moment: now
        )
        taken.append(idempotency.LIMIT.take("a"))
    assert taken.count(0) == 500
    monkeypatch.setattr("sens_site.lib.http.local_limit.time.time", lambda: noon + 24 * 3600)
    assert idempotency.LIMIT.take("a") == 0


def test_over_the_limit_a_refusal_and_a_withdrawal_hold(choose, client, full_offer, monkeypatch):
    choose("accept")
    monkeypatch.setattr(idempotency, "LIMIT", LocalLimit((0, 600)))
    assert choose("some", marketing="yes").status_code == 303
    assert client.cookies[COOKIE].value.startswith("preferences=-1|analytics=-1|marketing=")
    assert ConsentReceipt.objects.count() == 1
    assert choose("reject").status_code == 303
    assert client.cookies[COOKIE].value == "preferences=-1|analytics=-1|marketing=-1|social=-1"
    assert ConsentReceipt.objects.count() == 2
    assert choose("accept").status_code == 429
    assert client.cookies[COOKIE].value == "preferences=-1|analytics=-1|marketing=-1|social=-1"


def test_a_withdrawal_without_its_receipt_fills_no_table(client, full_offer, monkeypatch):
    """Whoever writes the cookie by hand can claim to have allowed something."""
    monkeypatch.setattr(idempotency, "LIMIT", LocalLimit((1, 600)))
    granted = "|".join(f"{o.key}={o.version}" for o in full_offer.groups)
    for number in range(3):
        client.cookies.clear()
        client.cookies[COOKIE] = granted
        said = {**SAME_ORIGIN, "user-agent": f"flood {number}"}
        response = client.post("/cookies/choose/", answer("reject"), headers=said)
        assert response.status_code == 303
    assert ConsentReceipt.objects.count() <= 1


def test_a_copy_that_has_looked_before_the_first_was_written_leaves_nothing(
    full_offer, monkeypatch
):
    receipts = type(ConsentReceipt.objects.all())
    exists = receipts.exists

    def late(rows):
        return exists(rows) and rows.model is not ConsentReceipt

    monkeypatch.setattr(receipts, "exists", late)
    held = {
        SiteClient()
        .post("/cookies/choose/", answer("accept"), headers=SAME_ORIGIN)
        .cookies[RECEIPT_COOKIE]
        .value
        for _ in range(2)
    }
    assert held == {str(the_receipt().pk)}
    assert counts() == {"all": 1}
