"""Staff see what became of mails, never what they say, and may have parked ones tried again."""

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from outbox.models import OutboxMail
from outbox.services import store_mail
from tests.client import SiteClient

LIST = reverse("admin:outbox_outboxmail_changelist")


@pytest.fixture
def mails(db: None) -> dict[str, OutboxMail]:
    """Return one mail in each state."""
    for state in ("waiting", "sent", "parked"):
        store_mail(EmailMessage(f"A {state} one", "code 123456", to=[f"{state}@example.com"]))
    OutboxMail.objects.filter(subject="A sent one").update(sent_at=timezone.now())
    OutboxMail.objects.filter(subject="A parked one").update(parked_at=timezone.now(), attempts=8)
    return {row.state: row for row in OutboxMail.objects.all()}


@pytest.mark.parametrize("state", ["waiting", "sent", "parked"])
def test_list_by_state(staff_client: SiteClient, mails: dict[str, OutboxMail], state: str) -> None:
    page = staff_client.get(LIST, {"state": state})
    assert [row.subject for row in page.context["cl"].result_list] == [f"A {state} one"]


def test_message_is_never_shown(staff_client: SiteClient, mails: dict[str, OutboxMail]) -> None:
    row = mails["waiting"]
    page = staff_client.get(reverse("admin:outbox_outboxmail_change", args=[row.pk]))
    assert page.status_code == 200
    assert row.message_id.strip("<>") in page.content.decode()
    assert "123456" not in page.content.decode()
    assert b"123456" in bytes(row.message)


def test_nothing_can_be_added_changed_or_deleted(
    staff_client: SiteClient, mails: dict[str, OutboxMail]
) -> None:
    row = mails["waiting"]
    change = reverse("admin:outbox_outboxmail_change", args=[row.pk])
    delete = reverse("admin:outbox_outboxmail_delete", args=[row.pk])
    add = reverse("admin:outbox_outboxmail_add")
    posts = [(change, {"subject": "x"}), (delete, {"post": "yes"}), (add, {"subject": "x"})]
    assert [staff_client.post(url, data).status_code for url, data in posts] == [403, 403, 403]
    assert OutboxMail.objects.count() == 3
    row.refresh_from_db()
    assert row.subject == "A waiting one"


def test_trying_again_asks_first(staff_client: SiteClient, mails: dict[str, OutboxMail]) -> None:
    data = {"action": "try_again", "_selected_action": [row.pk for row in mails.values()]}
    question = staff_client.post(LIST, data)
    assert question.status_code == 200
    assert [row.subject for row in question.context["mails"]] == ["A parked one"]
    assert OutboxMail.objects.parked().count() == 1
    done = staff_client.post(LIST, {**data, "confirmed": "yes"}, follow=True)
    assert "1 mail is waiting to be sent again." in done.content.decode()
    assert OutboxMail.objects.parked().count() == 0
    assert OutboxMail.objects.waiting().count() == 2


def test_with_nothing_parked_it_says_so(
    staff_client: SiteClient, mails: dict[str, OutboxMail]
) -> None:
    data = {"action": "try_again", "_selected_action": [mails["sent"].pk]}
    page = staff_client.post(LIST, data, follow=True)
    assert "None of these mails is parked." in page.content.decode()
