"""An issue, from the desk by the worker to a reader who ends it by one press of the mail program."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group

from accounts.roles import load_roles
from newsletter.models import Check, Issue, Subscriber, Topic
from newsletter.suppression import may_be_mailed
from outbox.delivery import deliver_due
from outbox.jobs import registered_jobs
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADDRESS = "ada@reader.test"
DESK = "/admin/newsletter/issue/"


@pytest.fixture
def editor() -> SiteClient:
    """A member of staff with the role Newsletter editor and no other."""
    load_roles()
    user = make_staff("editor", is_superuser=False)
    user.groups.add(Group.objects.get(name="Newsletter editor"))
    client = SiteClient()
    client.force_login(user)
    return client


def worker() -> None:
    """Let the worker take one turn at the issues, and send what is due."""
    (job,) = [one for one in registered_jobs() if one.name == "send newsletter issues"]
    if job.when():
        job.run()
    deliver_due()


def test_an_issue_is_written_sent_read_and_ended(client, editor, settings, mailoutbox):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    client.fill_in("/newsletter/", {"email": ADDRESS, "topics": ["charger-settings"]})
    (asked,) = OutboxMail.objects.filter(recipient=ADDRESS)
    text = bytes(asked.message).decode()
    client.post(re.findall(r"(/newsletter/confirm/\S+)", text)[0])
    deliver_due()
    mailoutbox.clear()

    written = {
        "title": "What float voltage does",
        "slug": "",
        "summary": "On charger settings.",
        "body": "Read [about us](/about/).\n\n![A charger](/files/charger.jpg)",
        "topics": [Topic.objects.get(slug="charger-settings").pk],
        "checklist": list(Check.values),
    }
    assert editor.fill_in(f"{DESK}add/", written).status_code == 302
    issue = Issue.objects.get()
    page = f"{DESK}{issue.pk}/schedule/"
    assert "1 confirmed reader" in editor.get(page).content.decode()
    assert editor.fill_in(page, {"at": ""}).status_code == 303

    worker()
    (mail,) = mailoutbox
    message = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    assert (message["To"], message["Subject"]) == (ADDRESS, "What float voltage does")
    assert "<img" not in str(message.get_body(("html",)))
    worker()
    issue.refresh_from_db()
    assert (issue.state, issue.sent, len(mailoutbox)) == ("sent", 1, 1)
    archived = client.get("/newsletter/issues/what-float-voltage-does/").content.decode()
    assert "Tracking links" in archived

    one_click = urlsplit(str(message["List-Unsubscribe"]).strip("<>")).path
    assert client.get(one_click).status_code == 200
    assert Subscriber.objects.filter(email=ADDRESS).exists()
    ended = client.post(one_click, {"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 200
    assert not Subscriber.objects.filter(email=ADDRESS).exists()
    assert not may_be_mailed(ADDRESS)

    again = {**written, "title": "The next one"}
    editor.fill_in(f"{DESK}add/", again)
    second = Issue.objects.get(slug="the-next-one")
    editor.fill_in(f"{DESK}{second.pk}/schedule/", {"at": ""})
    worker()
    assert len(mailoutbox) == 1
