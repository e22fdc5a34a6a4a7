"""What our adapter does where allauth hands it something unusual."""

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from accounts.adapter import AccountAdapter
from accounts.models import ConfirmedAddress
from accounts.session_store import DEVICE, SessionStore


def test_an_address_without_one_spelling_is_refused_whoever_asks():
    assert AccountAdapter().clean_email("Ada@Bücher.example") == "ada@xn--bcher-kva.example"
    with pytest.raises(ValidationError, match=r"name@example\.com"):
        AccountAdapter().clean_email("ada@example")


@pytest.mark.django_db
def test_a_confirmation_that_fails_is_not_remembered(person, monkeypatch):
    monkeypatch.setattr(DefaultAccountAdapter, "confirm_email", lambda *args: False)
    address = person.emailaddress_set.get()
    assert AccountAdapter().confirm_email(RequestFactory().get("/"), address) is False
    assert ConfirmedAddress.objects.count() == 0


@pytest.mark.django_db
def test_a_log_in_without_a_proof_notes_the_device_alone(person, monkeypatch):
    monkeypatch.setattr(DefaultAccountAdapter, "login", lambda *args: None)
    request = RequestFactory().get(
        "/", headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/1"}
    )
    request.session = {}  # type: ignore[assignment]
    AccountAdapter().login(request, person)
    assert list(request.session) == [DEVICE]


def test_no_session_makes_an_address_confirmed(person):
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session["account_verified_email"] = "ada@customer.test"
    assert AccountAdapter().is_email_verified(request, "ada@customer.test") is False
