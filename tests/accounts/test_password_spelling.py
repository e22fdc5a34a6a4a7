"""One password, typed on keyboards that write é as one character or as two."""

import unicodedata

import pytest

from accounts.models import User
from tests.client import SiteClient
from tests.factories.people import SHOWN, make_person

COMPOSED = unicodedata.normalize("NFC", "crème brûlée à midi, été")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
NEW = {
    "composed": "naïveté déjà vue là-bas",
    "decomposed": "nai\u0308vete\u0301 de\u0301ja\u0300 vue la\u0300-bas",
}
BOTH_WAYS = pytest.mark.parametrize(
    ("chosen", "typed"),
    [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)],
    ids=["set composed", "set decomposed"],
)
pytestmark = pytest.mark.django_db


def log_in(password, name="ada"):
    browser = SiteClient()
    answer = browser.post("/accounts/login/", {"login": name, "password": password})
    return browser, answer.status_code


@BOTH_WAYS
def test_who_registers_on_one_keyboard_logs_in_on_another(client, letters, chosen, typed):
    data = {"username": "ada", "email": "ada@customer.test", "password1": chosen, "shown": SHOWN}
    client.post("/accounts/register/", data)
    # The same form, sent again from the other keyboard, is the same person.
    again = SiteClient().post("/accounts/register/", data | {"password1": typed})
    assert again.status_code == 303
    client.post(letters.link("Confirm your email address"))
    assert log_in(typed)[1] == 303


@BOTH_WAYS
def test_the_password_is_asked_again_in_either_spelling(chosen, typed):
    make_person(password=chosen)
    browser, status = log_in(chosen)
    assert status == 303
    assert browser.post("/accounts/reauthenticate/", {"password": typed}).status_code == 303


@BOTH_WAYS
def test_a_changed_password_counts_in_either_spelling(chosen, typed):
    make_person(password=chosen)
    browser, status = log_in(chosen)
    assert status == 303
    change = {"oldpassword": typed, "password1": NEW["decomposed"]}
    assert browser.post("/accounts/password/change/", change).status_code == 303
    assert log_in(NEW["composed"])[1] == 303


@BOTH_WAYS
def test_a_password_behind_the_mailed_link_counts_in_either_spelling(
    client, person, letters, chosen, typed
):
    client.post("/accounts/password/reset/", {"email": "ada@customer.test"})
    client.post(letters.link("Set a new password"), {"password1": chosen})
    assert log_in(typed)[1] == 303


@pytest.mark.parametrize("make", [User.objects.create_user, User.objects.create_superuser])
@BOTH_WAYS
def test_an_account_made_by_hand_counts_in_either_spelling(make, chosen, typed):
    assert make("ada", "ada@customer.test", chosen).check_password(typed)


def test_a_password_is_as_long_as_it_looks(client):
    six = unicodedata.normalize("NFD", "éàùîôç")
    data = {"username": "ada", "email": "ada@customer.test", "password1": six}
    answer = client.post("/accounts/register/", data)
    assert (answer.status_code, User.objects.count()) == (422, 0)


def test_characters_that_only_look_alike_stay_apart(person):
    person.set_password("a quite ② secret one")
    assert not person.check_password("a quite 2 secret one")


def test_no_password_stays_none(person):
    person.set_password(None)
    assert not person.has_usable_password()


def test_all_names_in_the_form_count(client):
    data = {"username": "ada", "email": "ada@customer.test", "name": "Mary Walker"}
    answer = client.post("/accounts/register/", data | {"password1": "walker walker walker"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["password1"] == [
        "Choose a password that is not made of your own names"
    ]
