"""The checkpoint goes to the officers each night, and stands in each notice."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from privacy.policy.head_log import append_heads, current_checkpoint, log_key
from privacy.policy.log_mail import close_day_and_mail, is_night, mail_checkpoint, officers
from privacy.policy.models import HeadLogEntry
from privacy.policy.notices import announce
from privacy.policy.services import seal_and_publish
from sens_site.lib.signed_note import find_checkpoints, signed_at
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
DESK = "webmaster@company.test"
NIGHT, NOON = "2026-12-02T09:30:00Z", "2026-12-02T19:00:00Z"  # half past two and noon in Denver


def officer(name: str):
    person = make_staff(name, is_superuser=False)
    person.groups.add(Group.objects.get(name="Privacy officer"))
    return person


def test_officers_are_the_desk_and_whoever_answers_for_the_policy():
    grace = officer("grace")
    make_staff("root")
    make_person("ada").groups.add(Group.objects.get(name="Privacy officer"))
    editor = make_staff("editor", is_superuser=False)
    editor.groups.add(Group.objects.get(name="Editor"))
    gone = officer("gone")
    gone.is_active = False
    gone.save()
    assert officers() == [DESK, grace.email]


def test_the_mail_holds_a_checkpoint_that_can_be_checked_later():
    grace = officer("grace")
    assert close_day_and_mail() == 2
    mails = list(OutboxMail.objects.order_by("recipient"))
    assert {mail.recipient for mail in mails} == {DESK, grace.email}
    (found,) = find_checkpoints(mail_text(mails[0].message))
    key = log_key()
    assert key is not None
    assert signed_at(found, key.public) == 0
    assert found == current_checkpoint()
    assert found.size == HeadLogEntry.objects.count() == 3
    assert mails[0].subject == "Checkpoint 3 of testserver/privacy/log"


def test_it_is_written_once_a_day():
    with time_machine.travel(NIGHT, tick=False):
        assert is_night()
        close_day_and_mail()
        assert not is_night()
        close_day_and_mail()
        assert OutboxMail.objects.count() == 1


def test_it_is_due_by_night_or_when_the_last_is_long_ago():
    with time_machine.travel(NOON, tick=False) as clock:
        assert not is_night()  # a site that was set up just now waits for its first night
        close_day_and_mail()
        clock.shift(timedelta(hours=24))
        assert not is_night()
        clock.shift(timedelta(hours=5, minutes=59))
        assert not is_night()
        clock.shift(timedelta(minutes=2))
        assert is_night()
    with time_machine.travel("2026-12-03T09:30:00Z", tick=False):
        assert is_night()


def test_without_a_key_no_mail_is_written_and_the_heads_are_logged(settings):
    settings.LOG_SIGNING_KEY = ""
    assert (close_day_and_mail(), mail_checkpoint()) == (0, 0)
    assert OutboxMail.objects.count() == 0
    assert HeadLogEntry.objects.count() == 3


def test_a_notice_bears_a_checkpoint_that_covers_its_version(make_draft):
    make_person("ada", date_joined=timezone.now() - timedelta(days=1))
    draft = make_draft(kind="material", effective_on=timezone.localdate() + timedelta(days=40))
    version = seal_and_publish(draft, by=None)
    assert announce(version) == 1
    (found,) = find_checkpoints(mail_text(OutboxMail.objects.get().message))
    assert found == current_checkpoint()
    newest = HeadLogEntry.objects.get(chain="policy-privacy")
    assert (newest.size, newest.head) == (version.number, version.hash)


def test_a_notice_of_a_site_without_a_key_bears_none(make_draft, settings):
    settings.LOG_SIGNING_KEY = ""
    make_person("ada")
    draft = make_draft(kind="material", effective_on=timezone.localdate() + timedelta(days=40))
    announce(seal_and_publish(draft, by=None))
    text = mail_text(OutboxMail.objects.get().message)
    assert list(find_checkpoints(text)) == []
    assert "vouch" not in text
    assert append_heads(at_once=True) == 0
