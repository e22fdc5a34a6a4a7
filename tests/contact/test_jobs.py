"""What the worker does for the room, by the name it is registered under."""

import pytest

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
