"""What tests of accounts share: reading mails, registering, proving who one is again."""

import re
from email import message_from_bytes
from typing import Any

import pytest

from accounts.models import User
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import PASSWORD, SHOWN, as_if_proven

REGISTRATION = {
    "username": "Ada.L",
    "email": "Ada@Customer.test",
    "password1": PASSWORD,
    "name": "Ada Lovelace",
    "company": "Engines Ltd",
    "position": "Analyst",
    "phone": "+44 20 7946 0000",
    "shown": SHOWN,
}


class Letters:
    """The mails that were written, as a person would read them."""

    def all(self) -> list[tuple[str, str]]:
        """Recipient and subject of each, oldest first."""
        return list(OutboxMail.objects.order_by("pk").values_list("recipient", "subject"))

    def text(self, subject: str) -> str:
        """The text of the newest one with this subject."""
        mail = OutboxMail.objects.filter(subject=subject).latest("pk")
        payload: Any = message_from_bytes(bytes(mail.message)).get_payload(decode=True)
        return str(payload.decode())

    def link(self, subject: str) -> str:
        """The path of the only link that holds a key."""
        links = re.findall(r"https://testserver(/\S+)", self.text(subject))
        (path,) = [link for link in links if re.search(r"/(confirm-email|key)/", link)]
        return str(path)


@pytest.fixture
def letters(db: None) -> Letters:
    return Letters()


def prove_again(client: SiteClient, password: str = PASSWORD) -> None:
    """Enter the password again, as the page before a deletion asks."""
    response = client.post("/accounts/reauthenticate/", {"password": password})
    assert response.status_code == 303


@pytest.fixture
def proven(signed_in: SiteClient, person: User) -> SiteClient:
    """`signed_in`, who has just entered the password again."""
    as_if_proven(signed_in, person)
    return signed_in
