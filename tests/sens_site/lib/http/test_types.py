import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from sens_site.lib.http.types import signed_in_user


def test_who_is_signed_in_acts(rf, person):
    request = rf.post("/")
    request.user = person
    assert signed_in_user(request) == person


def test_a_stranger_acts_nowhere_even_where_a_guard_was_forgotten(rf):
    request = rf.post("/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        signed_in_user(request)
