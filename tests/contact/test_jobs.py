"""What the worker does for the room, by the name it is registered under."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contact.models import ContactMessage
from contact.services import mark_spam
from outbox.jobs import registered_jobs


def job(name):
    return next(job for job in registered_jobs() if job.name == name)


@pytest.mark.django_db
def test_the_webmaster_is_asked_every_day_to_look_at_what_is_held(held, sent):
    announce = job("announce held messages")

    assert announce.every_seconds == 86400
    announce.run()
    announce.run()
    assert sent() == [("webmaster@company.test", "Messages held as suspected spam")]


@pytest.mark.django_db
def test_the_webmaster_is_told_once_a_week_of_what_waits_too_long(waiting, sent):
    alarm = job("alarms of waiting messages")
    assert alarm.every_seconds == 86400
    told = ("webmaster@company.test", "Messages wait for an answer")
    before = sent()

    ContactMessage.objects.update(received_at=timezone.now() - timedelta(days=4, hours=23))
    alarm.run()
    assert sent() == before
    ContactMessage.objects.update(received_at=timezone.now() - timedelta(days=5))
    alarm.run()
    alarm.run()
    assert sent() == [*before, told]
    ContactMessage.objects.update(alarmed_at=timezone.now() - timedelta(days=7))
    alarm.run()
    assert sent() == [*before, told, told]
    mark_spam(waiting)
    ContactMessage.objects.update(alarmed_at=None)
    alarm.run()
    assert sent() == [*before, told, told]
