"""Guesses at a password: limited for each stranger and for all together, never for the owner."""

import functools
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection

from tests.client import SiteClient
from tests.factories.people import PASSWORD, TOTP_SECRET, make_person

NOON = "2026-11-22T12:00:00Z"
WRONG = "wrong-one-entirely"
DEVICE = "__Secure-known_device"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON) as clock:
        yield clock


def log_in(client, name="ada", password=PASSWORD, *, address="192.0.2.1"):
    data = {"login": name, "password": password}
    return client.post("/accounts/login/", data, REMOTE_ADDR=address)


def counted() -> set[tuple[str, str, str]]:
    """Return what the limits have counted, as it is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value, CAST(expires AS text) FROM shared_cache")
        return set(cursor.fetchall())


@functools.lru_cache
def what_a_crowd_leaves(name: str) -> set[tuple[str, str, str]]:
    """Fail a hundred times, five times from each address, and return what was counted of it."""
    before = counted()
    for number in range(100):
        log_in(SiteClient(), name, WRONG, address=f"198.51.100.{number // 5}")
    return counted() - before


def crowd(name: str) -> None:
    """Have a hundred guesses fail. All crowds come at noon, so a second one is counted alike."""
    left = what_a_crowd_leaves(name)
    assert len(left) > 20, "each address is counted, and the name"
    with connection.cursor() as cursor:
        # A row that a log-in before has begun is counted on, so that it stands as the crowd left it.
        cursor.executemany(
            "INSERT INTO shared_cache (cache_key, value, expires) VALUES (%s, %s, %s)"
            " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value,"
            " expires = excluded.expires",
            list(left - counted()),
        )


def known(person):
    """Return a browser in which its owner has logged in, and out again."""
    browser = SiteClient()
    assert log_in(browser).status_code == 303
    browser.post("/accounts/logout/")
    return browser


def test_a_stranger_is_stopped_after_five_guesses_and_the_owner_is_not(person):
    answers = [log_in(SiteClient(), password=WRONG).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 422, 429]
    assert log_in(SiteClient(), address="203.0.113.7").status_code == 303


def test_an_owner_behind_the_same_address_passes_from_a_known_device(person):
    browser = known(person)
    for number in range(10):
        log_in(SiteClient(), "ada" if number < 5 else f"guess{number}", WRONG)
    assert log_in(SiteClient()).status_code == 429
    assert log_in(browser).status_code == 303


def test_a_known_device_may_not_guess_without_end_either(person):
    browser = known(person)
    answers = [log_in(browser, password=WRONG).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 422, 429]


def test_a_known_device_is_known_for_its_owner_alone(person):
    make_person("eve")
    browser = SiteClient()
    log_in(browser, "eve")
    browser.post("/accounts/logout/")
    for number in range(10):
        log_in(browser, f"guess{number}", WRONG)
    assert log_in(browser, "ada").status_code == 429


@pytest.mark.parametrize("name", ["ada", "nobody.here"])
def test_guesses_of_many_strangers_are_limited_for_known_and_unknown_names(person, name):
    crowd(name)
    refused = log_in(SiteClient(), name, WRONG, address="203.0.113.7")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "300"


def test_a_right_password_from_a_strange_device_reads_like_a_wrong_one_in_a_crowd(person):
    crowd("ada")
    answers = {
        password: [
            (answer.status_code, answer.content.count(b"Too many attempts"), dict(answer.cookies))
            for answer in [log_in(SiteClient(), "ada", password, address=address) for _ in range(6)]
        ]
        for password, address in ((PASSWORD, "203.0.113.7"), (WRONG, "203.0.113.8"))
    }
    assert answers[PASSWORD] == answers[WRONG]
    assert {status for status, _, _ in answers[WRONG]} == {429}


def test_in_a_crowd_each_guess_costs_one_hash_right_or_wrong_known_or_unknown(person, monkeypatch):
    crowd("ada")
    crowd("nobody.here")
    hashes = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, *args):
        hashes.append(password)
        return encode(self, password, *args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    costs = []
    for name, password in (("ada", PASSWORD), ("ada", WRONG), ("nobody.here", WRONG)):
        hashes.clear()
        log_in(SiteClient(), name, password, address="203.0.113.7")
        costs.append(len(hashes))
    assert costs == [1, 1, 1]


def test_the_owner_passes_a_crowd_from_a_known_device(person):
    browser = known(person)
    crowd("ada")
    assert log_in(browser, address="203.0.113.7").status_code == 303


def test_the_owner_passes_a_crowd_with_the_second_factor(person):
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": TOTP_SECRET}
    )
    crowd("ada")
    assert log_in(SiteClient(), address="203.0.113.7").url == "/accounts/2fa/authenticate/"


def test_the_crowd_is_forgotten_after_a_day(person, noon):
    crowd("ada")
    noon.shift(24 * 3600 + 1)
    assert log_in(SiteClient(), address="203.0.113.7").status_code == 303


def test_the_cookie_names_nobody_and_goes_to_the_account_pages_alone(person, client):
    cookie = log_in(client).cookies[DEVICE]
    assert (cookie["path"], cookie["httponly"], cookie["secure"], cookie["samesite"]) == (
        "/accounts/", True, True, "Lax",
    )  # fmt: skip
    assert cookie["max-age"] == 182 * 24 * 3600
    assert "ada" not in re.split(r"[^A-Za-z0-9]", cookie.value)
    assert cookie.value != log_in(SiteClient()).cookies[DEVICE].value


def test_the_device_is_forgotten_with_the_account(person, client):
    log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    gone = client.post("/accounts/delete/", {"username": "ada"})
    assert gone.cookies[DEVICE]["max-age"] == 0


@pytest.mark.parametrize("cookie", ["", "x", "0" * 98, ".".join(["0" * 32] * 3), "ada", "é" * 98])
def test_a_cookie_that_we_have_not_made_is_worth_nothing(person, cookie):
    browser = SiteClient()
    browser.cookies[DEVICE] = cookie
    for _ in range(5):
        log_in(browser, password=WRONG)
    assert log_in(browser).status_code == 429
