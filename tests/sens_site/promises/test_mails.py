"""Mails that wait to be sent, and those of a site that has no key to sign its log with."""

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import EmailMultiAlternatives

from outbox.models import OutboxMail
from privacy.promises.registry import NotCarriedOut, PromiseBroken
from privacy.promises.running_site import RunningSite
from sens_site.promises.mails import no_mail_tells_that_it_was_read, no_waiting_mail_loads_anything
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def waits(number: int, html: str = "") -> None:
    mail = EmailMultiAlternatives("News", "Hello", "a@example.com", ["b@example.com"])
    if html:
        mail.attach_alternative(html, "text/html")
    OutboxMail.objects.create(
        message_id=f"<{number}@example.com>", sender="a@example.com", recipient="b@example.com",
        subject="News", message=mail.message().as_bytes(),
    )  # fmt: skip


def test_each_waiting_mail_is_read_to_its_end():
    waits(1)
    waits(2, "<p>Hello</p>")
    assert no_waiting_mail_loads_anything(RunningSite()).figures == {"mails read": 2}


def test_the_older_of_two_waiting_mails_is_read_too():
    waits(1, '<p><img src="https://other.test/1"></p>')
    waits(2)
    with pytest.raises(PromiseBroken, match="that waits to be sent loads something"):
        no_waiting_mail_loads_anything(RunningSite())


def test_without_a_key_for_the_log_every_other_mail_is_written(settings):
    whole = int(no_mail_tells_that_it_was_read(RunningSite()).figures["mails read"])
    settings.LOG_SIGNING_KEY = ""
    assert no_mail_tells_that_it_was_read(RunningSite()).figures["mails read"] == whole - 1


def test_what_staff_are_told_goes_to_staff_and_to_nobody_else(monkeypatch):
    officer = make_staff("officer", is_superuser=False)
    officer.user_permissions.add(Permission.objects.get(codename="answer_subjectrequest"))
    assert int(no_mail_tells_that_it_was_read(RunningSite()).figures["mails read"]) > 30
    monkeypatch.setattr(
        "privacy.rights.mails.staff_recipients", lambda matter: ["stranger@elsewhere.test"]
    )
    with pytest.raises(PromiseBroken, match="goes to somebody else, too"):
        no_mail_tells_that_it_was_read(RunningSite())


def test_a_mail_that_is_kept_back_says_nothing_of_what_is_in_mails(monkeypatch):
    monkeypatch.setattr("sens_site.promises.played_mails._idle_notice", lambda user: None)
    with pytest.raises(NotCarriedOut, match=r"^1 kinds of mails were not written$"):
        no_mail_tells_that_it_was_read(RunningSite())
