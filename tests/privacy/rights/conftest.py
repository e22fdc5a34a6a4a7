"""Fixtures of the request desk: a request in each state, and a member of staff to answer it."""

import re
from pathlib import Path

import pytest

from accounts.models import User
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from privacy.rights import intake
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.models import SubjectRequest
from tests.factories.people import make_staff

STRANGER = "stranger@elsewhere.test"


@pytest.fixture(autouse=True)
def private_files(tmp_path: Path, settings) -> Path:
    settings.ERASURE_LEDGER = str(tmp_path / "ledger" / "erasures.jsonl")
    settings.PRIVATE_ROOT = str(tmp_path / "private")
    return tmp_path


@pytest.fixture
def officer(db) -> User:
    return make_staff("officer")


@pytest.fixture
def ask(db):
    """Open a request as a stranger does."""

    def do(kind: Kind = Kind.ACCESS, **fields) -> SubjectRequest:
        defaults = {
            "name": "A Stranger",
            "email": STRANGER,
            "text": "Please tell me.",
            "channel": Channel.FORM,
        }
        return intake.open_request(kind=kind, **{**defaults, **fields})

    return do


@pytest.fixture
def proved(ask):
    """Open a request whose sender has shown who is asking."""

    def do(kind: Kind = Kind.ACCESS, **fields):
        return ask(kind, proof=Proof.LINK, **fields)

    return do


@pytest.fixture
def mails_to(db):
    """Return the texts of what was mailed to an address, oldest first."""

    def do(address: str) -> list[str]:
        rows = OutboxMail.objects.filter(recipient=address).order_by("pk")
        return [mail_text(row.message) for row in rows]

    return do


@pytest.fixture
def link_in(mails_to):
    """Return the newest path under a prefix that was mailed to an address."""

    def do(prefix: str, address: str = STRANGER) -> str:
        found = re.findall(rf"https://testserver({prefix}\S+)", "\n".join(mails_to(address)))
        return str(found[-1])

    return do
