"""Fixtures of the request desk: a request in each state, and a member of staff to answer it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from privacy.rights import intake
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.models import SubjectRequest
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_staff

STRANGER = "stranger@elsewhere.test"
LIST = "/admin/rights/subjectrequest/"


def page(request: SubjectRequest, step: str = "change") -> str:
    return f"{LIST}{request.pk}/{step}/"


def send(desk: SiteClient, path: str, data: dict):
    """Fill in the form of a step, read the mail that it shows, and send it."""
    preview = desk.fill_in(path, data)
    if preview.status_code != 200:
        return preview
    assert "Nothing is sent yet" in preview.content.decode()
    return desk.post(path, {**data, **stamp_in(preview), "send": "Send it"})


def with_rights(username: str, *codenames: str) -> SiteClient:
    user = make_staff(username, is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = SiteClient()
    client.force_login(user)
    return client


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


@pytest.fixture
def desk(officer: User) -> SiteClient:
    client = SiteClient()
    client.force_login(officer)
    return client
