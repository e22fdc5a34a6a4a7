"""Accounts that nobody uses: told after a year, ended 30 days later, kept by signing in."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.idle_accounts import end_idle, notify_idle
from accounts.models import IdleNotice, User
from outbox.models import OutboxMail
from outbox.services import record_sent, retry_parked
from privacy.datamap.models import Erasure
from sens_site.lib.months import add_months
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger(settings, tmp_path):
    settings.ERASURE_LEDGER = str(tmp_path / "ledger.jsonl")


@pytest.fixture
def idle() -> User:
    return make_person("idle", last_login=add_months(timezone.now(), -12) - timedelta(days=1))


def test_a_year_without_a_sign_in_brings_one_notice(idle):
    make_person("busy", last_login=add_months(timezone.now(), -12) + timedelta(days=1))
    make_person("new")
    assert (notify_idle(), notify_idle()) == (1, 0)
    assert list(OutboxMail.objects.values_list("recipient", "purpose")) == [(idle.email, "notice")]


def test_who_never_signed_in_counts_from_registration():
    make_person("never", date_joined=add_months(timezone.now(), -13))
    assert notify_idle() == 1


def send_notices():
    """What the worker does with the notices that wait."""
    for mail in OutboxMail.objects.waiting():
        record_sent(mail)


def test_thirty_days_after_the_notice_was_sent_the_account_ends(idle):
    now = timezone.now()
    notify_idle()
    send_notices()
    end_idle()
    with time_machine.travel(now + timedelta(days=29)):
        assert end_idle() == 0
    with time_machine.travel(now + timedelta(days=30, minutes=1)):
        assert end_idle() == 1
    assert User.objects.filter(pk=idle.pk).exists() is False
    assert Erasure.objects.get().cause == "idle"
    assert list(OutboxMail.objects.values_list("purpose", flat=True)) == ["farewell"]


def test_who_was_never_told_is_not_ended(idle):
    now = timezone.now()
    notify_idle()
    OutboxMail.objects.update(parked_at=now)
    for days in (14, 31, 100):
        with time_machine.travel(now + timedelta(days=days)):
            assert (end_idle(), notify_idle()) == (0, 0)
    assert User.objects.filter(pk=idle.pk).exists()
    with time_machine.travel(now + timedelta(days=100)):
        retry_parked(OutboxMail.objects.all())
        send_notices()
        assert end_idle() == 0
    OutboxMail.objects.all().delete()  # as the purge does 14 days later
    with time_machine.travel(now + timedelta(days=129)):
        assert end_idle() == 0
    with time_machine.travel(now + timedelta(days=130, minutes=1)):
        assert end_idle() == 1


def test_a_notice_whose_mail_is_gone_untold_is_sent_anew(idle):
    notify_idle()
    OutboxMail.objects.all().delete()
    assert (end_idle(), notify_idle()) == (0, 1)
    assert OutboxMail.objects.get().recipient == idle.email


def test_signing_in_keeps_the_account(client, idle):
    now = timezone.now()
    notify_idle()
    with time_machine.travel(now + timedelta(days=10)):
        client.force_login(idle)
    with time_machine.travel(now + timedelta(days=31)):
        assert end_idle() == 0
    assert User.objects.filter(pk=idle.pk).exists() is True
    assert IdleNotice.objects.count() == 0


def test_nobody_is_ended_without_a_notice(idle):
    assert end_idle() == 0
    assert User.objects.filter(pk=idle.pk).exists() is True


def test_staff_are_left_out():
    make_staff("old", last_login=timezone.now() - timedelta(days=4000))
    assert (notify_idle(), end_idle()) == (0, 0)
