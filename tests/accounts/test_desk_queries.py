"""What the desk asks about a person is answered for that person, each time anew."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission

from accounts.desk_queries import has_app
from accounts.models import User
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
READ, ANSWER = "contact.view_contactmessage", "contact.change_contactmessage"


def right(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def hand(username: str, **fields: Any) -> User:
    return make_staff(username, is_superuser=False, **fields)


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_rights_are_those_of_the_person_and_of_their_roles_and_nobody_elses():
    grace, bea = hand("grace"), hand("bea")
    readers = Group.objects.create(name="Readers")
    readers.permissions.add(right(READ))
    grace.groups.add(readers)
    bea.user_permissions.add(right(ANSWER))
    for _ in range(2):  # by the query as it is written, and as it was written
        assert anew(grace).get_group_permissions() == anew(grace).get_all_permissions() == {READ}
        assert anew(bea).get_user_permissions() == anew(bea).get_all_permissions() == {ANSWER}
    grace.groups.clear()
    assert not anew(grace).has_perm(READ)


def test_an_owner_has_all_rights_and_who_was_shut_out_has_none():
    owner, gone = make_staff(), hand("bea", is_active=False)
    gone.user_permissions.add(right(READ))
    assert len(anew(owner).get_all_permissions()) == Permission.objects.count()
    assert anew(gone).get_all_permissions() == set()


def test_rights_that_were_read_are_read_no_more(django_assert_num_queries):
    grace = anew(hand("grace"))
    with django_assert_num_queries(2):
        for name in (READ, ANSWER):
            assert not grace.has_perm(name)


def test_an_app_is_that_of_the_person_and_no_other_factor():
    ada, bea = make_person("ada"), make_person("bea")
    Authenticator.objects.create(user=ada, type="totp", data={})
    Authenticator.objects.create(user=bea, type="recovery_codes", data={})
    assert [has_app(one.pk) for one in (ada, bea, ada)] == [True, False, True]
