"""A letter, from the day on which it came to the day on which its answer was posted."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import load_roles
from outbox.models import OutboxMail
from privacy.rights.choices import Did
from privacy.rights.models import OutsideSystem, SubjectRequest
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
DESK = "/admin/rights/subjectrequest/"


@pytest.fixture
def desk() -> SiteClient:
    load_roles()
    officer = make_staff("officer", is_superuser=False)
    officer.groups.add(Group.objects.get(name="Privacy officer"))
    client = SiteClient()
    client.force_login(officer)
    return client


def test_a_letter_is_entered_handled_and_answered_by_post(desk, settings, tmp_path):
    settings.PRIVATE_ROOT = str(tmp_path)
    today = timezone.localdate()
    OutsideSystem.objects.create(name="CRM", what_to_do="Search by name and town.")
    entered = desk.post(
        f"{DESK}add/",
        {
            "kind": "access",
            "channel": "letter",
            "received_on": (today - timedelta(days=5)).isoformat(),
            "name": "Ada Byron",
            "postal_address": "12 Example Street, Anytown",
            "text": "What do you hold about me?",
            "scan": SimpleUploadedFile("letter.pdf", b"%PDF-1.7"),
        },
    )
    assert entered.status_code == 303
    page = entered["Location"].removesuffix("change/")

    def takes(step: str, data: dict) -> int:
        return int(desk.fill_in(f"{page}{step}/", data).status_code)

    def answers() -> int:
        data = {"text": "We hold nothing.", "posted_on": today.isoformat()}
        preview = desk.fill_in(f"{page}answer/", data)
        sent = desk.post(f"{page}answer/", {**data, **stamp_in(preview), "send": "Note it"})
        return int(sent.status_code)

    assert takes("acknowledged", {"posted_on": today.isoformat()}) == 303
    assert takes("proof", {"text": "The letter is signed as the contract is."}) == 303
    for vendor in ("hosting", "mail"):
        assert takes("vendor", {"vendor": vendor, "due_on": today.isoformat()}) == 303
    assert answers() == 409  # two vendors are open
    for _ in range(2):
        assert takes("vendor-done", {"text": "Their mail: nothing is held."}) == 303
    assert answers() == 409  # nobody has looked into the CRM
    assert takes("system", {"system": "CRM", "text": "Nothing found."}) == 303
    assert answers() == 303
    request = SubjectRequest.objects.get()
    assert (request.is_open, request.did(Did.ANSWERED)[0].fact) == (False, f"posted {today}")
    assert [event.did for event in request.events.all()] == [
        Did.RECEIVED, Did.ENTERED, Did.ACKNOWLEDGED, Did.IDENTITY_PROVED, Did.VENDOR_TOLD,
        Did.VENDOR_TOLD, Did.VENDOR_DONE, Did.VENDOR_DONE, Did.SYSTEM_CHECKED, Did.ANSWERED,
    ]  # fmt: skip
    assert set(OutboxMail.objects.values_list("recipient", flat=True)) == {"officer@company.test"}
    shown = desk.get(f"{page}change/").content.decode()
    assert "officer" in shown
    assert "Their mail: nothing is held." in shown
