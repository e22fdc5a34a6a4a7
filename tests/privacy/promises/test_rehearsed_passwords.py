"""Passwords of made-up people cost little, and those of real people what they cost before."""

import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, make_password

from privacy.promises.running_site import RunningSite, quick_passwords

ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"
COSTS = ("time_cost", "memory_cost", "parallelism")


def costs_of(encoded: str) -> tuple[int, ...]:
    """Read memory, time and lanes from a stored password, as RFC 9106 names them."""
    found = re.search(r"\$m=(\d+),t=(\d+),p=(\d+)\$", encoded)
    assert found
    return tuple(map(int, found.groups()))


@pytest.fixture
def _argon2(settings):
    settings.PASSWORD_HASHERS = [ARGON2]


@pytest.mark.usefixtures("_argon2")
def test_a_password_is_hashed_at_the_least_cost_and_afterwards_as_before():
    usual = costs_of(make_password("x"))
    with quick_passwords():
        assert costs_of(make_password("x")) == (8, 1, 1)
        with quick_passwords():
            assert costs_of(make_password("x")) == (8, 1, 1)
        assert costs_of(make_password("x")) == (8, 1, 1)
    assert costs_of(make_password("x")) == usual != (8, 1, 1)


@pytest.mark.usefixtures("_argon2")
def test_the_costs_of_the_class_are_back_when_a_rehearsal_fails():
    with pytest.raises(ZeroDivisionError), quick_passwords():
        raise ZeroDivisionError
    hasher = get_hasher("default")
    for name in COSTS:
        assert name not in vars(hasher)
        assert getattr(hasher, name) == getattr(Argon2PasswordHasher, name)


@pytest.mark.django_db
@pytest.mark.usefixtures("_argon2")
def test_every_rehearsal_hashes_at_the_least_cost():
    with RunningSite().rehearsal():
        assert costs_of(make_password("x")) == (8, 1, 1)
    assert costs_of(make_password("x")) != (8, 1, 1)


def test_another_hasher_is_left_alone(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    before = dict(vars(get_hasher("default")))
    with quick_passwords():
        assert vars(get_hasher("default")) == before
