import io

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.management.commands import make_staff
from accounts.models import User
from tests.factories.people import PASSWORD


def make(monkeypatch, password=PASSWORD, **options):
    monkeypatch.setenv(make_staff.PASSWORD_VARIABLE, password)
    out = io.StringIO()
    call_command("make_staff", interactive=False, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_makes_an_account_that_gets_in(monkeypatch, client):
    text = make(monkeypatch, username="grace", email="Grace@company.test")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.email) == (True, True, "grace@company.test")
    assert EmailAddress.objects.get(user=user).verified is True
    assert PASSWORD not in text
    response = client.post("/accounts/login/", {"login": "grace", "password": PASSWORD})
    assert response.url == "/accounts/profile/"
    assert client.get("/admin/").url == "/accounts/2fa/#staff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"username": "grace"}, "Email address is missing."),
        ({"email": "g@company.test"}, "Username is missing."),
        (
            {"username": "grace", "email": "nonsense"},
            "Enter an email address in the correct format, like name@example.com",
        ),
        ({"username": "admin", "email": "g@company.test"}, "reserved"),
        ({"username": "ada", "email": "g@company.test"}, "taken"),
        (
            {"username": "grace", "email": "ADA@customer.test"},
            "Another account has this email address",
        ),
    ],
)
def test_says_what_is_wrong(monkeypatch, person, options, says):
    with pytest.raises(CommandError, match=says):
        make(monkeypatch, **options)
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["", "short", "website-webmaster-1"])
def test_weak_passwords_are_refused(monkeypatch, password):
    with pytest.raises(CommandError):
        make(monkeypatch, password, username="grace", email="g@company.test")
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_asks_on_a_terminal(monkeypatch):
    answers = iter(["grace", "grace@company.test"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    monkeypatch.setattr(make_staff, "getpass", lambda prompt: PASSWORD)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    call_command("make_staff", stdout=io.StringIO())
    assert User.objects.get().username == "grace"


@pytest.mark.django_db
def test_the_password_has_to_be_typed_twice_alike(monkeypatch):
    typed = iter([PASSWORD, PASSWORD + "x"])
    monkeypatch.setattr(make_staff, "getpass", lambda prompt: next(typed))
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    with pytest.raises(CommandError, match="two passwords differ"):
        call_command("make_staff", username="grace", email="grace@company.test")
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_asks_nothing_where_nobody_can_answer(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="no terminal"):
        call_command("make_staff")
