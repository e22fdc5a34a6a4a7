"""A disk that takes nothing more: each public form says so, and keeps what was typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils.html import escape

from tests.factories.people import PASSWORD
from tests.journeys.hostile import FORMS, FORMS_THAT_SHOW_AGAIN

WRITES = ("INSERT", "UPDATE", "DELETE", "SELECT MAX", "REPLACE")
MOST_ATTEMPTS = {
    "/contact/webmaster/": 5,
    "/contact/order-status/": 5,
    "/accounts/register/": 20,
    "/accounts/login/": 30,
    "/accounts/password/reset/": 5,
    "/privacy/choices/": 5,
}
DISTINCT = {
    "/contact/webmaster/": "message",
    "/contact/order-status/": "message",
    "/privacy/choices/": "text",
}


def full(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
    if str(sql).lstrip().upper().startswith(WRITES):
        raise OperationalError("database or disk is full")
    return execute(sql, *args)


def kept(response, data):
    page = response.content.decode()
    signs = {name: str(escape(text)) for name, text in data.items()}
    if "kind" in signs:
        signs["kind"] = f'value="{data["kind"]}" selected'
    return {name for name, sign in signs.items() if sign in page}


@pytest.mark.django_db
@pytest.mark.parametrize("address", FORMS_THAT_SHOW_AGAIN)
def test_a_form_on_a_full_disk_comes_again_as_it_was_typed(client, address):
    data = FORMS[address]
    with connection.execute_wrapper(full):
        response = client.post(address, data)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "is not sent yet: the site is busy." in response.content.decode()
    assert kept(response, data) == set(data) - {"password", "password1"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", FORMS_THAT_SHOW_AGAIN)
def test_a_form_over_its_limit_on_a_full_disk_comes_again_as_it_was_typed(client, address):
    data = FORMS[address]
    for number in range(MOST_ATTEMPTS[address]):
        field = DISTINCT.get(address)
        client.post(address, data | ({field: f"Number {number}"} if field else {"password1": "x"}))
    with connection.execute_wrapper(full):
        response = client.post(address, data)
    assert response.status_code in (429, 503)
    assert kept(response, data) == set(data) - {"password", "password1"}


@pytest.mark.django_db
def test_a_log_in_that_could_not_be_stored_is_none(client, person):
    sessions = "INSERT INTO", "accounts_session"

    def no_sessions(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if all(word in str(sql) for word in sessions):
            raise OperationalError("database or disk is full")
        return execute(sql, *args)

    with connection.execute_wrapper(no_sessions):
        response = client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert response.status_code == 503
    assert 'value="ada"' in response.content.decode()
    assert dict(response.cookies) == {}
    assert client.get("/accounts/profile/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/accounts/profile/", {"name": "Ada King", "company": "Analytical Engines"}),
        ("/accounts/data/ask/", {"kind": "access", "text": "All about the charger."}),
        ("/accounts/email/", {"action_add": "", "email": "ada.king@customer.test"}),
    ],
)
def test_an_own_page_on_a_full_disk_comes_again_as_it_was_typed(client, person, address, data):
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    with connection.execute_wrapper(full):
        response = client.post(address, data)
    assert response.status_code == 503
    assert kept(response, data) == set(data)
