"""Mail goes to who sees to a matter: at once, or in one mail each morning, and never to nobody."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.roles import load_roles
from accounts.services import choose_mail
from accounts.staff_mail import matters_of
from outbox.jobs import registered_jobs
from outbox.models import OutboxMail
from outbox.staff_mail import (
    MATTER_HEADER,
    Matter,
    next_morning,
    staff_recipients,
    waiting_for_a_summary,
    write_summaries,
)
from tests.client import SiteClient
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 19, tzinfo=UTC)  # in Denver, where the shipped company is
MORNING = datetime(2026, 11, 26, 14, tzinfo=UTC)
"""Seven o'clock there."""


@pytest.fixture
def colleagues(db):
    """One of each role, and an owner."""
    load_roles()
    found = {"owner": make_staff("owner")}
    for role in ("Editor", "Webmaster", "Privacy officer"):
        found[role] = make_staff(role.split()[0].lower(), is_superuser=False)
        found[role].groups.set(Group.objects.filter(name=role))
    return found


@pytest.mark.parametrize(
    ("matter", "name"),
    [
        (Matter.REQUESTS, "privacy"),
        (Matter.PROMISES, "privacy"),
        (Matter.REVIEWS, "privacy"),
        (Matter.SEALING, "privacy"),
        (Matter.MESSAGES, "webmaster"),
        (Matter.JOBS, "owner"),
    ],
)
def test_each_matter_goes_to_those_who_see_to_it(colleagues, matter, name):
    assert staff_recipients(matter) == [f"{name}@company.test"]


@pytest.mark.parametrize("matter", list(Matter))
def test_what_nobody_sees_to_goes_to_the_company(matter, settings):
    settings.WEBMASTER_EMAIL = "desk@company.test"
    assert staff_recipients(matter) == ["desk@company.test"]


def test_who_has_left_or_was_never_staff_is_told_nothing(colleagues):
    officer = colleagues["Privacy officer"]
    customer = make_person("ada")
    customer.groups.set(officer.groups.all())
    officer.is_active = False
    officer.save()
    assert staff_recipients(Matter.REQUESTS) == ["webmaster@company.test"]


def tell(subject: str, matter: Matter = Matter.REQUESTS) -> None:
    EmailMessage(
        subject, f"Text of {subject}.", to=staff_recipients(matter), headers={MATTER_HEADER: matter}
    ).send()


def due() -> list[tuple[str, str]]:
    found = OutboxMail.objects.due(timezone.now())
    return sorted((mail.recipient, mail.subject) for mail in found)


def test_a_mail_about_a_matter_leaves_at_once_and_says_nothing_of_ours(colleagues):
    tell("A request")
    assert due() == [("privacy@company.test", "A request")]
    assert b"X-Matter" not in bytes(OutboxMail.objects.get().message)


def test_who_has_chosen_one_mail_a_day_has_all_of_it_in_the_morning(colleagues):
    choose_mail(colleagues["Privacy officer"], daily=True)
    with time_machine.travel(NOON, tick=False) as clock:
        tell("First")
        tell("Second", Matter.PROMISES)
        tell("Third", Matter.JOBS)
        assert due() == [("owner@company.test", "Third")]
        assert (waiting_for_a_summary(), write_summaries()) == ({}, 0)
        clock.move_to(MORNING - timedelta(minutes=20))
        (job,) = [job for job in registered_jobs() if job.name == "write summaries for staff"]
        assert (job.when(), job.run()) == (True, 1)
        assert (job.when(), job.run()) == (False, 0)
        found = OutboxMail.objects.get(recipient="privacy@company.test")
        assert found.subject == "2 mails of the last day"
        text = bytes(found.message).decode()
        assert text.index("Text of First.") < text.index("Text of Second.")
        assert ("privacy@company.test", "2 mails of the last day") in due()


def test_without_a_summary_each_mail_leaves_by_itself(colleagues):
    choose_mail(colleagues["Privacy officer"], daily=True)
    with time_machine.travel(NOON, tick=False) as clock:
        tell("First")
        tell("Second")
        clock.move_to(MORNING)
        assert due() == [("privacy@company.test", "First"), ("privacy@company.test", "Second")]


def test_a_single_mail_needs_no_summary(colleagues):
    choose_mail(colleagues["Privacy officer"], daily=True)
    with time_machine.travel(NOON, tick=False) as clock:
        tell("Only")
        clock.move_to(MORNING)
        assert write_summaries() == 0
        assert due() == [("privacy@company.test", "Only")]


def test_a_mail_that_is_on_its_way_stays_out_of_the_summary(colleagues, monkeypatch):
    choose_mail(colleagues["Privacy officer"], daily=True)
    with time_machine.travel(NOON, tick=False) as clock:
        tell("First")
        tell("Second")
        clock.move_to(MORNING)
        waiting = waiting_for_a_summary()
        OutboxMail.objects.filter(subject="First").update(claim="x")
        monkeypatch.setattr("outbox.staff_mail.waiting_for_a_summary", lambda: waiting)
        assert write_summaries() == 0
        assert OutboxMail.objects.count() == 2


def test_a_mail_without_text_is_named_in_the_summary_all_the_same(colleagues):
    choose_mail(colleagues["Privacy officer"], daily=True)
    with time_machine.travel(NOON, tick=False) as clock:
        tell("First")
        mail = EmailMessage(
            "Picture", "<p>x</p>", to=["privacy@company.test"], headers={MATTER_HEADER: "promises"}
        )
        mail.content_subtype = "html"
        mail.send()
        clock.move_to(MORNING)
        assert write_summaries() == 1
        assert "Picture" in bytes(OutboxMail.objects.get().message).decode()


def test_a_mail_about_the_account_itself_waits_for_no_morning(colleagues):
    choose_mail(colleagues["Privacy officer"], daily=True)
    EmailMessage("Your password", "x", to=["privacy@company.test"]).send()
    assert due() == [("privacy@company.test", "Your password")]


def test_a_mail_that_is_stored_once_stays_so_when_it_waits(colleagues):
    choose_mail(colleagues["owner"], daily=True)
    for _ in range(2):
        headers = {MATTER_HEADER: "jobs", "X-Dedupe-Key": "job-failed"}
        EmailMessage("Failed", "x", to=["owner@company.test"], headers=headers).send()
    assert OutboxMail.objects.get().dedupe_key == "job-failed"


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_morning_is_never_further_ahead_than_a_day(hour):
    now = datetime(2026, 3, 8, hour, 30, tzinfo=UTC)  # the night in which Denver sets its clocks
    morning = next_morning(now)
    assert now < morning <= now + timedelta(hours=23)


def test_how_mail_comes_is_chosen_at_the_desk_and_cannot_be_silence(colleagues):
    officer, client = colleagues["Privacy officer"], SiteClient()
    client.force_login(officer)
    page = client.get("/admin/mail-to-me/").content.decode()
    assert ("requests" in page, "messages" in page) == (True, False)
    for sent, daily in (("daily", True), ("once", False), ("daily", True), ("never", False)):
        assert client.post("/admin/mail-to-me/", {"mail": sent}).status_code == 303
        officer.refresh_from_db()
        assert officer.mail_daily is daily
    assert matters_of(make_person("ada")) == []
    assert "brings you no mail" in _page_of_an_editor(colleagues["Editor"])


def _page_of_an_editor(editor) -> str:
    client = SiteClient()
    client.force_login(editor)
    return client.get("/admin/mail-to-me/").content.decode()
