import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.validators import CompanyWordsValidator, username_characters, username_not_reserved


@pytest.mark.parametrize(
    "password",
    [
        "sens-longmont-1",
        "storedenergy2026!",
        "StoredEnergySystemsLLC",
        "battery-charger-99",
        "Longmont_CO_80501",
        "sens sens sens sens",
    ],
)
def test_company_words_make_no_password(password):
    with pytest.raises(ValidationError) as caught:
        CompanyWordsValidator().validate(password)
    assert caught.value.code == "password_company_words"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "84729104738210457731",
        "presents from nowhere",
        "plover-lantern-42-quiet",
        "sens of humour is rare",
    ],
)
def test_other_words_do(password):
    CompanyWordsValidator().validate(password)


@pytest.mark.parametrize(
    "password",
    [
        "84729104738210457731",
        "  spaces at both ends  ",
        "🔋🐎📎🪴🎻🧭🪁🧶🥁🛶🪺🦉",
        "a1" * 50 + "long",
        "日本語のとても長いパスワードです",
    ],
)
def test_what_people_and_password_managers_choose_is_accepted(password):
    user = User(username="ada", email="ada@customer.test")
    validate_password(password, user)


@pytest.mark.parametrize(
    "password", ["short-one", "password1234", "ada@customer.test", "qwertyuiop12"]
)
def test_weak_passwords_are_refused(password):
    user = User(username="ada", email="ada@customer.test")
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("username", ["ada", "Ada.L", "a-b_c.9", "x" * 40, "3com"])
def test_usernames_of_the_usual_kind_pass(username):
    username_characters(username)
    username_not_reserved(username)


@pytest.mark.parametrize(
    "username",
    ["ab", "x" * 41, "ada@customer.test", ".ada", "a b", "adä", "ada\n", "ada\x00", "<ada>", ""],
)
def test_usernames_of_other_kinds_do_not(username):
    with pytest.raises(ValidationError):
        username_characters(username)


@pytest.mark.parametrize(
    "username",
    ["admin", "Admin", "root", "webmaster-", "support2", "SENS", "former-staff", "erased-1"],
)
def test_offices_of_the_company_are_reserved(username):
    with pytest.raises(ValidationError):
        username_not_reserved(username)
