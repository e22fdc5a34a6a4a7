"""The first hour of an owner, and what the list of who did what tells of it afterwards."""

import re

import pytest
from django.contrib.auth.models import Group

from accounts.erasure import erase_account
from accounts.roles import load_roles
from audit_log.models import AuditEntry
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import PASSWORD, make_person, make_staff
from tests.pages.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/admin/audit_log/auditentry/"


def gaps(client: SiteClient) -> list[str]:
    """What the front page says is still to be done, by its titles."""
    return [link.text for link in read(client.get("/admin/")).find("a", inside="div.set-up li")]


def test_an_owner_sets_up_names_an_officer_and_can_tell_who_did_what(settings):
    settings.STAFF_MFA_REQUIRED = False
    load_roles()
    owner, colleague = make_person("owner", is_staff=True, is_superuser=True), make_staff("alan")
    colleague.is_superuser = False
    colleague.save()
    client = SiteClient()
    client.post("/accounts/login/", {"login": "owner", "password": PASSWORD})
    assert {"Mail that arrives", "Second factors", "Privacy officer"} <= set(gaps(client))

    # The mail to oneself arrives, and its digits come back.
    client.post("/admin/set-up/mail/", {"send": "yes"})
    mail = OutboxMail.objects.get(recipient=owner.email)
    (code,) = re.findall(r"^\d{6}\r?$", bytes(mail.message).decode(), re.MULTILINE)
    assert client.post("/admin/set-up/mail/", {"code": code.strip()}).status_code == 303
    assert "Mail that arrives" not in gaps(client)

    # A colleague becomes the privacy officer.
    officer = Group.objects.get(name="Privacy officer")
    page = f"/admin/accounts/user/{colleague.pk}/change/"
    form = client.get(page).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields if form[name].value()}
    assert client.post(page, {**shown, "groups": [officer.pk]}).status_code == 302
    assert "Privacy officer" not in gaps(client)

    # The colleague works, and leaves the company.
    theirs = SiteClient()
    theirs.force_login(colleague)
    theirs.fill_in(f"/admin/accounts/user/{owner.pk}/password/", {})
    erase_account(colleague)

    text = client.get(LIST).content.decode()
    assert "groups: – → Privacy officer" in text
    assert "alan" not in text.partition('id="result_list"')[2]
    told = AuditEntry.objects.order_by("pk").values_list("did", flat=True)
    assert list(told) == [
        "Logged in.",
        "Set up mail.",
        "Set up mail.",
        "Changed Groups.",
        "A link for a new password was mailed.",
    ]
    assert AuditEntry.objects.latest("pk").who.startswith("former colleague ")
    file = client.post(f"{LIST}export.csv").content.decode()
    assert file.count("\n") == 6
    assert "alan" not in file
