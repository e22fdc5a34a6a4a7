"""The written query says exactly what Django's own would say."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Session
from accounts.session_lookup import session_with_user
from privacy.consent.models import PersonalRefusals
from privacy.consent.refusals import Refusal, refusals_of_person
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def make_session(key: str, **fields) -> Session:
    defaults = {"session_data": "x", "expire_date": timezone.now() + timedelta(hours=1)}
    return Session.listed.create(session_key=key, **{**defaults, **fields})


def plain(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_it_finds_what_django_finds(django_assert_num_queries):
    person = make_person(name="Ada", marketing_opt_in_at=timezone.now())
    make_session("a" * 32, user=person, signed_in_at=timezone.now(), device="Firefox on Linux")
    make_session("b" * 32, user=make_person("bea"))
    for _ in range(2):
        with django_assert_num_queries(1):
            found = session_with_user("a" * 32)
            assert found is not None
            user = found.user
        expected = Session.listed.select_related("user").get(session_key="a" * 32)
        assert (plain(found), plain(user)) == (plain(expected), plain(expected.user))


def test_what_the_person_refuses_comes_along(django_assert_num_queries):
    ada, bea = make_person(), make_person("bea")
    refused = {"marketing": {"count": 1, "how": "refused", "at": "2026-11-25T12:00:00+00:00"}}
    PersonalRefusals.objects.create(user=ada, groups=refused)
    make_session("a" * 32, user=ada)
    make_session("b" * 32, user=bea)
    with django_assert_num_queries(2):
        found: list[Any] = [session_with_user(key * 32) for key in "ab"]
        assert [refusals_of_person(session.user) for session in found] == [
            (Refusal("marketing", 1),),
            (),
        ]
    (expected,) = PersonalRefusals.objects.all()
    assert plain(found[0].user.refusals) == plain(expected)


def test_a_session_of_nobody_is_found():
    make_session("a" * 32)
    found = session_with_user("a" * 32)
    assert found is not None
    assert found.user is None


@pytest.mark.parametrize("key", ["c" * 32, "", "a" * 31, "a' OR '1'='1"])
def test_an_unknown_key_finds_nothing(key):
    make_session("a" * 32)
    assert session_with_user(key) is None


def test_an_ended_session_finds_nothing():
    make_session("a" * 32, expire_date=timezone.now() - timedelta(seconds=1))
    assert session_with_user("a" * 32) is None


def test_what_it_finds_can_be_saved_again():
    make_session("a" * 32, user=make_person())
    found = session_with_user("a" * 32)
    assert found is not None
    found.device = "Safari on iPad"
    found.save()
    assert Session.listed.get(session_key="a" * 32).device == "Safari on iPad"
