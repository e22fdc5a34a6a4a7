"""Jobs that run and do nothing: what they leave is seen, for how long, and named."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as project
from django.utils import timezone

from contact.mailbox import REPLIES_READ
from contact.orders import ORDERS_LOADED
from newsletter.bounce_mailbox import REPORTS_READ
from outbox import jobs, left_undone
from outbox.job_runs import note_done
from outbox.models import JobRun, OutboxMail
from outbox.staff_mail import left_out_of_summaries
from privacy.consent.models import GroupVersion
from search.models import IndexState
from sens_site import set_up
from sens_site.lib.cache.content_stamp import content_state

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ASKS = "ask jobs what is left"
"""An hour in which nobody has asked is named by itself."""


def job(name: str) -> jobs.Job:
    (found,) = [one for one in jobs.registered_jobs() if one.name == name]
    return found


def test_each_job_is_looked_after():
    """Who adds one has a promise play it through, or says what it leaves undone."""
    checks = [
        file.read_text("utf-8")
        for file in Path(project.BASE_DIR).rglob("*.py")
        if file.name != "schedules.py"  # how often each comes, and not what it does
        and re.search(r"/(accounts|contact|downloads|news|newsletter|pages|privacy|search|sens_site|visits)/"
                     r"(.*/)?promises", str(file))
    ]  # fmt: skip
    alone = {
        one.name
        for one in jobs.registered_jobs()
        if one.left is jobs.nothing and not any(f'"{one.name}"' in text for text in checks)
    }
    assert alone == {ASKS}


def leaving(monkeypatch: pytest.MonkeyPatch, left: int) -> None:
    """Let the only job leave something."""
    lazy = jobs.Job("lazy", 60, lambda: None, left=lambda: left)
    monkeypatch.setattr(left_undone, "registered_jobs", lambda: (lazy,))


def test_what_a_job_leaves_is_named_after_two_hours_and_no_longer_once_it_is_done(monkeypatch):
    leaving(monkeypatch, 3)
    with time_machine.travel(NOON, tick=False) as clock:
        assert left_undone.note_what_is_left() == 1
        assert left_undone.undone_jobs() == []
        clock.shift(timedelta(hours=2, seconds=1))
        assert left_undone.note_what_is_left() == 1
        assert left_undone.undone_jobs() == ["lazy"]
        said = 'what it is there for: manage.py run_job "lazy" shows why.'
        assert [words for words in set_up.worker() if "lazy" in words] == [
            f"The job “lazy” has left undone for more than two hours {said}"
        ]
        leaving(monkeypatch, 0)
        assert left_undone.note_what_is_left() == 0
        assert left_undone.undone_jobs() == []
        assert JobRun.objects.get(name="lazy").undone_since is None


def test_a_site_on_which_nobody_asks_says_so_after_an_hour(monkeypatch):
    monkeypatch.setattr("outbox.job_runs.set_up_at", lambda: NOON)
    with time_machine.travel(NOON, tick=False) as clock:
        assert list(left_undone.words()) == []
        clock.shift(timedelta(hours=1, seconds=1))
        said = [
            "For an hour nobody has looked at what the jobs leave undone: is manage.py worker alive?"
        ]
        assert list(left_undone.words()) == said
        assert said[0] not in set_up.worker()  # which says that no job has run at all
        job(ASKS).run()
        assert list(left_undone.words()) == []


@pytest.mark.parametrize(
    ("name", "deed", "setting"),
    [
        ("read replies", REPLIES_READ, "REPLIES_IMAP_HOST"),
        ("order status", ORDERS_LOADED, "ORDER_STATUS_URL"),
        ("read newsletter bounces", REPORTS_READ, "NEWSLETTER_IMAP_HOST"),
    ],
)
def test_what_another_machine_is_asked_for_is_left_until_it_was_read(settings, name, deed, setting):
    assert job(name).left() == 0
    setattr(settings, setting, "https://erp.example.com/orders")
    assert job(name).left() == 1
    note_done(deed)
    assert job(name).left() == 0
    JobRun.objects.update(succeeded_at=timezone.now() - timedelta(hours=1, seconds=1))
    assert job(name).left() == 1


def test_guards_are_left_uncompared_until_the_job_has_compared_them():
    assert job("compare guards").left() == 1
    job("compare guards").run()
    assert job("compare guards").left() == 0


def test_an_index_of_other_content_is_left_to_make():
    IndexState.objects.all().delete()
    assert job("search index").left() == 1
    IndexState.objects.create(content=content_state())
    assert job("search index").left() == 0


def test_what_a_consent_group_offers_is_left_to_keep():
    name = "keep versions of consent groups"
    assert GroupVersion.objects.count() == 0
    assert job(name).left() == 1  # the statistics of the site itself
    job(name).run()
    assert job(name).left() == 0


@pytest.mark.parametrize(
    ("count", "written", "recipient", "left"),
    [
        (2, timedelta(hours=5), "a@example.com", 1),
        (1, timedelta(hours=5), "a@example.com", 0),
        (2, timedelta(minutes=59), "a@example.com", 0),
        (2, timedelta(hours=5), "", 0),
    ],
    ids=["two at once", "one alone", "two that came late", "two for two people"],
)
def test_mails_that_went_out_one_by_one_are_a_summary_left(count, written, recipient, left):
    morning = timezone.now() - timedelta(hours=3)
    for number in range(count):
        OutboxMail.objects.create(
            message_id=f"<{number}@example.com>", dedupe_key=f"daily-{number}", sender="s@example.com",
            recipient=recipient or f"{number}@example.com", subject="A change", message=b"",
            created_at=morning - written, due_at=morning, sent_at=morning,
        )  # fmt: skip
    assert left_out_of_summaries() == left
    OutboxMail.objects.update(sent_at=timezone.now() - timedelta(hours=25))
    assert left_out_of_summaries() == 0
    assert job("write summaries for staff").left is left_out_of_summaries
