"""A message from the form to the end of its time, through all hands that it passes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.roles import load_roles
from contact.mailbox import read_replies
from contact.models import (
    CannedAnswer,
    ContactMessage,
    MessageNote,
    MessageReply,
    ReplyDraft,
)
from outbox.models import OutboxMail
from privacy.datamap.erasure import erase
from privacy.datamap.export import stream_export
from privacy.datamap.retention import purge_expired
from privacy.datamap.subjects import by_address
from tests.client import SAME_ORIGIN, SiteClient
from tests.contact.imap_stand_in import PASSWORD, USER, ImapStandIn
from tests.factories.people import make_staff

LIST = "/admin/contact/contactmessage/"
FORM = {
    "name": "Mary Anning",
    "email": "mary@fossil.test",
    "message": "The data sheet does not open.",
    "wants_contact": "on",
}
pytestmark = pytest.mark.django_db


def at_the_desk(username, role):
    user = make_staff(username, is_superuser=False)
    user.groups.add(Group.objects.get(name=role))
    client = SiteClient()
    client.force_login(user)
    return user, client


def headers_of(mail):
    return mail.as_message().message()


def test_a_message_is_shared_answered_threaded_copied_and_forgotten(settings):
    load_roles()
    written = SiteClient().post("/contact/webmaster/", FORM, headers=SAME_ORIGIN)
    assert written.status_code == 303
    message = ContactMessage.objects.get()
    steps = f"{LIST}{message.pk}/"
    _, grace = at_the_desk("grace", "Webmaster")
    ada, ada_desk = at_the_desk("ada", "Webmaster")

    # Grace leaves it to Ada, with a note; Ada is told, and finds it among hers.
    assert grace.fill_in(f"{steps}note/", {"text": "Ask sales."}).status_code == 303
    assert grace.fill_in(f"{steps}assign/", {"to": ada.pk}).status_code == 303
    assert OutboxMail.objects.to_address("ada@company.test").count() == 1
    assert message.reference in ada_desk.get(f"{LIST}?inbox=mine").content.decode()

    # Ada answers with words that are kept ready; what is open in them stops the mail.
    canned = CannedAnswer.objects.create(title="Sent", text="Dear [name], it left on [day].")
    ada_desk.fill_in(f"{steps}canned/", {"canned": canned.pk})
    assert ada_desk.fill_in(f"{steps}send/", {}).status_code == 409
    ada_desk.fill_in(f"{steps}reply/", {"text": "Dear Mary Anning, it left on Monday."})
    assert ada_desk.fill_in(f"{steps}send/", {}).status_code == 303
    acknowledged, ours = OutboxMail.objects.to_address("mary@fossil.test").order_by("pk")
    assert headers_of(ours)["In-Reply-To"] == acknowledged.message_id

    # What comes back is filed; the message waits again, and the next reply hangs on it.
    with ImapStandIn() as box:
        settings.REPLIES_IMAP_HOST, settings.REPLIES_IMAP_PORT = "127.0.0.1", box.port
        settings.REPLIES_IMAP_USER, settings.REPLIES_IMAP_PASSWORD = USER, PASSWORD
        box.put(
            f"From: mary@fossil.test\nMessage-ID: <7@fossil.test>\nReferences: {ours.message_id}"
            "\n\nNothing has come.\n"
        )
        read_replies()
    assert list(ContactMessage.objects.waiting()) == [message]
    assert "Nothing has come." in grace.get(f"{steps}change/").content.decode()
    grace.fill_in(f"{steps}reply/", {"text": "We have sent it again."})
    grace.fill_in(f"{steps}send/", {})
    last = OutboxMail.objects.to_address("mary@fossil.test").latest("pk")
    assert headers_of(last)["In-Reply-To"] == "<7@fossil.test>"
    assert headers_of(last)["References"].split() == [
        acknowledged.message_id, ours.message_id, "<7@fossil.test>",
    ]  # fmt: skip

    # Whoever looks after privacy requests has no business here, and Mary may have a copy of it all.
    _, officer = at_the_desk("olga", "Privacy officer")
    assert officer.get(LIST).status_code == 403
    mails = officer.get("/admin/outbox/outboxmail/").content.decode()
    assert message.reference not in mails
    copy = b"".join(stream_export(by_address("mary@fossil.test")))
    assert len(copy) > 1000

    # When its time is over, nothing of it is left.
    answered = timezone.now() - timedelta(days=2 * 366)
    ContactMessage.objects.update(answered_at=answered)
    purge_expired()
    for model in (ContactMessage, MessageReply, MessageNote, ReplyDraft):
        assert model.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_leaves_nothing_of_a_conversation():
    load_roles()
    for email in ("mary@fossil.test", "joseph@fossil.test"):
        SiteClient().post("/contact/webmaster/", {**FORM, "email": email}, headers=SAME_ORIGIN)
    _, grace = at_the_desk("grace", "Webmaster")
    for message in ContactMessage.objects.all():
        steps = f"{LIST}{message.pk}/"
        for step, data in (
            ("note", {"text": "Ask sales."}),
            ("reply", {"text": "It left."}),
            ("send", {}),
            ("reply", {"text": "Once more."}),
        ):
            assert grace.fill_in(f"{steps}{step}/", data).status_code == 303

    erase(by_address("mary@fossil.test"), cause="request")

    (left,) = ContactMessage.objects.all()
    assert left.email == "joseph@fossil.test"
    for model in (MessageReply, MessageNote, ReplyDraft):
        assert [row.message for row in model.objects.all()] == [left]
    assert OutboxMail.objects.to_address("mary@fossil.test").count() == 0
