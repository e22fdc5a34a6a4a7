import pytest
from django.conf import settings
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.validators import (
    CompanyWordsValidator,
    OwnNamesValidator,
    username_characters,
    username_not_reserved,
)

WORDS = settings.COMPANY.password_words


@pytest.mark.parametrize(
    "password",
    [
        f"{WORDS[0]}-{WORDS[1]}-1",
        f"{WORDS[0]}{WORDS[1]}2026!",
        "".join(word.title() for word in WORDS[:4]),
        f"{WORDS[2]}_CO_80501",
        f"{settings.COMPANY.short_name} " * 4,
        "website-webmaster-99",
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
        "plover-lantern-42-quiet",
        f"{WORDS[0]} of humour is rare",
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


@pytest.mark.parametrize(
    "password",
    [
        "walker walker walker",
        "WALKER-walker-77-Walker",
        "walkerwalkerwalker",
        "Mary Walker Mary Walker",
        "walker.acme.walker.acme",
        "customer walker customer",
        f"walker {WORDS[0]} walker {WORDS[0]}",
    ],
)
def test_names_of_the_person_make_no_password_however_often_they_are_said(password):
    user = User(
        username="walker", email="walker@customer.test", name="Mary Walker", company="Acme Inc"
    )
    with pytest.raises(ValidationError) as caught:
        OwnNamesValidator().validate(password, user)
    assert caught.value.code == "password_own_names"
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("password", ["walker on the red moon", "plover-lantern-42-quiet"])
def test_a_name_among_other_words_does_no_harm(password):
    OwnNamesValidator().validate(password, User(username="walker"))
    OwnNamesValidator().validate(password)


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
    [
        "admin",
        "Admin",
        "root",
        "webmaster-",
        "support2",
        settings.COMPANY.short_name,
        "former-staff",
        "erased-1",
    ],
)
def test_offices_of_the_company_are_reserved(username):
    with pytest.raises(ValidationError):
        username_not_reserved(username)


def test_each_rule_can_be_said_before_it_is_broken():
    said = password_validators_help_texts()
    assert "Your password can’t be made of words about this company." in said
    assert "Your password can’t be made of your own names." in said
