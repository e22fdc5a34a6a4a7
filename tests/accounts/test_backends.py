"""The user that comes along with a session is the right one, and nobody's after that."""

import pytest

from accounts.backends import PersonBackend, came_with_session
from accounts.models import User
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def test_a_page_of_one_s_own_costs_one_query_for_session_and_user(
    signed_in, django_assert_num_queries
):
    signed_in.get("/cookies/")  # parts that are the same for everybody are drawn
    with django_assert_num_queries(1):
        assert signed_in.get("/cookies/").status_code == 200


def test_handed_out_once():
    person = make_person()
    came_with_session.set(person)
    backend = PersonBackend()
    assert backend.get_user(person.pk) is person
    assert backend.get_user(person.pk) is not person
    assert backend.get_user(person.pk) == person


def test_never_handed_to_another_number():
    ada, bea = make_person("ada"), make_person("bea")
    came_with_session.set(ada)
    assert PersonBackend().get_user(bea.pk) == bea
    assert came_with_session.get() is None


def test_reading_a_session_that_is_gone_leaves_nobody(client, signed_in):
    came_with_session.set(make_person("bea"))
    client.cookies.load(dict.fromkeys(signed_in.cookies, "a" * 32))
    assert client.get("/accounts/profile/").status_code == 302
    assert came_with_session.get() is None


def test_an_account_that_was_closed_is_not_let_in(signed_in, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert signed_in.get("/accounts/profile/").status_code == 302


def test_who_was_shut_out_has_no_right_and_none_is_looked_up(person, django_assert_num_queries):
    person.is_active = False
    with django_assert_num_queries(0):
        assert person.get_user_permissions() == set()
