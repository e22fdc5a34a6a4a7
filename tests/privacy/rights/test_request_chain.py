"""The chain over what happened to requests: what it binds, what it does not hold, and its end."""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from privacy.datamap.erasure import erase
from privacy.datamap.retention import purge_expired
from privacy.datamap.subjects import subject_with_address
from privacy.policy.chains import START, Head
from privacy.rights import request_chain, services
from privacy.rights.choices import Kind
from privacy.rights.models import RequestEvent, RequestSeal, SubjectRequest
from privacy.rights.request_chain import (
    entries_in,
    faults,
    hashes_at,
    head,
    seal_requests,
    verify_stored,
)
from sens_site.lib import row_guards

pytestmark = pytest.mark.django_db
NIGHT = datetime.fromisoformat("2026-12-01T09:00:00+00:00")


def alter(statement: str, *values: str) -> None:
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        connection.check_constraints()


@pytest.fixture
def sealed(ask, officer) -> SubjectRequest:
    """A question that was answered, in the first link."""
    request = ask(Kind.QUESTION)
    services.answer(request, by=officer, text="Yes.")
    seal_requests()
    return request


def test_there_is_one_link_each_night_whether_or_not_somebody_asked(ask):
    assert head() == Head(0, START)
    with time_machine.travel(NIGHT, tick=False) as clock:
        assert (seal_requests(), seal_requests()) == (0, 0)
        clock.shift(timedelta(days=1))
        ask(Kind.QUESTION)
        assert seal_requests() == RequestEvent.objects.count()
        ask(Kind.ACCESS)
        assert seal_requests() == 0
        clock.shift(timedelta(days=1))
        assert seal_requests() > 0
    assert [one.number for one in RequestSeal.objects.all()] == [1, 2, 3]
    assert [len(entries_in(one.content)) > 0 for one in RequestSeal.objects.all()] == [
        False, True, True,
    ]  # fmt: skip
    assert faults() == []
    last = RequestSeal.objects.get(number=3)
    assert head() == Head(3, last.hash)
    assert hashes_at([3, 4]) == {3: last.hash}


def test_nobody_can_tell_from_a_head_whether_somebody_asked():
    """The hash of an empty link is another each time, so it is not known by trying."""
    with time_machine.travel(NIGHT, tick=False):
        seal_requests()
        one = RequestSeal.objects.get()
        alter("DELETE FROM rights_requestseal")
        seal_requests()
    other = RequestSeal.objects.get()
    assert (one.content, one.sealed_on) == (other.content, other.sealed_on) == ("[]", one.sealed_on)
    assert one.hash != other.hash


def test_of_two_workers_that_seal_at_once_one_gets_none(ask, monkeypatch):
    ask(Kind.QUESTION)

    def overtaken(**fields: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(RequestSeal.objects, "create", overtaken)
    assert seal_requests() == 0


def test_a_link_holds_nothing_of_a_person(sealed):
    content = RequestSeal.objects.get().content
    for words in (sealed.email, sealed.name, sealed.text, sealed.reference, "answered", "question"):
        assert words not in content
    assert {len(entry) for entry in json.loads(content)} == {4}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("rights_requestevent", "did", "alarm"),
        ("rights_requestevent", "at", "2026-01-01 00:00:00+00:00"),
        ("rights_requestevent", "actor", "x"),
        ("rights_requestevent", "proof", "link"),
        ("rights_requestevent", "ground", "unfounded"),
        ("rights_requestevent", "fact", "x"),
        ("rights_subjectrequest", "reference", "R-22222222"),
        ("rights_subjectrequest", "kind", "erasure"),
        ("rights_subjectrequest", "channel", "letter"),
        ("rights_subjectrequest", "received_at", "2026-01-01 00:00:00+00:00"),
    ],
)
def test_whatever_is_no_persons_words_is_bound(sealed, table, column, value):
    which = "did = 'acknowledged'" if table == "rights_requestevent" else "1 = 1"
    alter(f"UPDATE {table} SET {column} = %s WHERE {which}", value)  # noqa: S608
    found = faults()
    assert len(found) in (1, RequestEvent.objects.count())
    assert all(one.endswith("has been changed.") for one in found)


def test_a_missing_event_and_a_broken_link_are_found(sealed):
    alter("DELETE FROM rights_requestnote")
    alter("DELETE FROM rights_requestevent WHERE did = 'acknowledged'")
    (missing,) = faults()
    assert missing.endswith("of a privacy request is missing.")
    alter("UPDATE rights_requestseal SET salt = 'x'")
    assert faults() == ["Link 1 of the chain of requests has been changed."]
    alter("UPDATE rights_requestseal SET previous_hash = %s", "a" * 64)
    assert faults()[0] == "The chain of requests is broken before link 1."


def test_erasing_the_person_keeps_the_chain_whole(sealed):
    SubjectRequest.objects.update(email="")
    assert faults() == []


def test_an_erasure_of_everything_about_an_address_keeps_it_whole(proved, officer):
    request = proved(Kind.QUESTION)
    services.answer(request, by=officer, text="Yes.")
    seal_requests()
    erase(subject_with_address(request.email), cause="request")
    request.refresh_from_db()
    assert (request.email, request.text) == ("", "")
    assert faults() == []


def test_the_purge_after_36_months_keeps_it_whole_and_nothing_earlier_does(ask, officer):
    with time_machine.travel(NIGHT, tick=False) as clock:
        request = ask(Kind.QUESTION)
        services.answer(request, by=officer, text="Yes.")
        seal_requests()
        clock.move_to(NIGHT.replace(year=2029) - timedelta(days=3))
        alter("DELETE FROM rights_requestnote")
        with transaction.atomic():
            alter("DELETE FROM rights_requestevent")
            assert len(faults()) > 0
            transaction.set_rollback(True)
    with time_machine.travel(NIGHT.replace(year=2029) + timedelta(days=2), tick=False):
        # What the database's own clock says is not moved: the guard stands aside.
        with row_guards.lifted():
            purge_expired()
            connection.check_constraints()
        assert RequestEvent.objects.count() == 0
        assert faults() == []


def test_what_is_not_sealed_yet_is_no_fault(sealed, ask):
    ask(Kind.ACCESS)
    found = verify_stored()
    assert (found.faults, found.links) == ([], 1)
    assert found.events > len(entries_in(RequestSeal.objects.get().content))


@pytest.mark.parametrize(
    "attack",
    ["UPDATE rights_requestseal SET content = '[]'", "DELETE FROM rights_requestseal"],
)
def test_a_link_is_never_changed(sealed, attack):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert RequestSeal.objects.count() == 1
    assert timezone.localdate() == RequestSeal.objects.get().sealed_on
    assert request_chain.KEPT_MONTHS == 36
