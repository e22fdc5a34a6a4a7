"""What staff do with an issue: nothing leaves unchecked, and each step fits the state it is in."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from newsletter import issue_services as services
from newsletter.issue_services import IssueError
from newsletter.models import Issue, Topic
from outbox.models import OutboxMail
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stored_mail(settings):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"


def state_of(issue):
    issue.refresh_from_db()
    return issue.state


def begun(issue):
    services.schedule(issue)
    assert services.begin(issue)
    issue.refresh_from_db()
    return issue


def waiting(issue, recipient="ann@example.com"):
    mail = EmailMessage("s", "b", to=[recipient], headers={"X-Dedupe-Key": issue.dedupe_key})
    mail.send()
    return OutboxMail.objects.latest("pk")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"topics": []}, "It has no topics"),
        ({"checklist": ["readers", "practical", "facts"]}, "Each of its links was opened."),
        ({"body": "[x](https://a.test/?utm_source=us)"}, "counts who follows it by utm_source"),
        ({"body": "x" * 1200}, "do not come through whole"),
    ],
)
def test_what_is_not_done_yet_stops_an_issue(issue, change, words):
    if "topics" in change:
        issue.topics.set(change["topics"])
    else:
        Issue.objects.filter(pk=issue.pk).update(**change)
    with pytest.raises(IssueError, match="(?s)" + words.replace("?", r"\?")):
        services.schedule(issue)
    assert state_of(issue) == "draft"


def test_an_issue_is_planned_for_now_or_for_later(issue):
    services.schedule(issue)
    assert state_of(issue) == "scheduled"
    assert list(Issue.objects.due()) == [issue]
    services.unschedule(issue)
    services.schedule(issue, at=timezone.now() + timedelta(hours=1))
    assert list(Issue.objects.due()) == []


def test_what_is_planned_is_not_edited_or_deleted(issue):
    services.schedule(issue)
    for act in (services.save_draft, services.delete_draft, services.schedule, services.pause):
        with pytest.raises(IssueError, match="the issue is scheduled"):
            act(issue)


def test_a_draft_is_stored_and_deleted(topic):
    draft = Issue(title="New", slug="new", summary="s", body="b", refused_because="links")
    services.save_draft(draft)
    draft.body = "c"
    services.save_draft(draft)
    assert Issue.objects.filter(slug="new", body="c", refused_because="").count() == 1
    services.delete_draft(draft)
    assert not Issue.objects.filter(slug="new").exists()


def test_what_is_begun_stands_in_the_archive_with_what_the_check_found(issue):
    begun(issue)
    assert state_of(issue) == "sending"
    assert list(Issue.objects.public()) == [issue]
    assert issue.findings["remote_references"] == issue.findings["tracking_links"] == 0
    assert issue.findings["own_links"] == 2


def test_what_no_longer_passes_when_its_time_comes_is_a_draft_that_says_why(issue):
    services.schedule(issue)
    Issue.objects.filter(pk=issue.pk).update(body="[x](ftp://a.test/)")
    assert not services.begin(issue)
    assert state_of(issue) == "draft"
    assert "begins with ftp" in issue.refused_because
    assert not Issue.objects.public().exists()


def test_it_is_paused_and_goes_on(issue):
    begun(issue)
    services.pause(issue)
    assert state_of(issue) == "paused"
    services.resume(issue)
    assert state_of(issue) == "sending"


def test_stopping_takes_back_what_waits_and_leaves_what_is_in_hand(issue):
    begun(issue)
    waiting(issue)
    held = waiting(issue, "ben@example.com")
    OutboxMail.objects.filter(pk=held.pk).update(lease_until=timezone.now() + timedelta(minutes=5))
    other = waiting(Issue(pk=issue.pk + 1))
    Issue.objects.filter(pk=issue.pk).update(queued=5, sent=2, came_back=1)
    services.stop(issue)
    assert set(OutboxMail.objects.all()) == {held, other}
    assert state_of(issue) == "stopped"
    assert issue.finished_at is not None
    assert issue.taken_back == 2
    with pytest.raises(IssueError, match="stopped"):
        services.resume(issue)


def test_nothing_counts_as_taken_back_before_the_end(issue):
    issue.queued = 3
    assert issue.taken_back == 0


def test_the_readers_of_each_topic_are_counted_and_all_of_them_once(topic, reader):
    other = Topic.objects.create(slug="other", title="Other")
    reader("a@example.com", topics=[topic, other])
    reader("b@example.com", topics=[other])
    reader("c@example.com", topics=[other], state="pending", confirmed_at=None, confirmed_by="")
    assert services.audience_of([topic, other]) == [
        ("Engine starting", 1), ("Other", 2), ("All together, each once", 2),
    ]  # fmt: skip


def test_a_test_goes_to_who_asks_alone(issue):
    services.send_test(issue, by=make_staff("editor"))
    mail = OutboxMail.objects.get()
    assert (mail.recipient, mail.purpose) == ("editor@company.test", "newsletter-test")
    assert mail.subject == "[Test] Spring"
    Issue.objects.filter(pk=issue.pk).update(body="[x](ftp://a.test/)")
    issue.refresh_from_db()
    with pytest.raises(IssueError):
        services.send_test(issue, by=make_staff("other"))


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "sending"},
        {"state": "scheduled"},
        {"scheduled_at": timezone.now()},
        {"state": "sent", "started_at": timezone.now()},
    ],
)
def test_the_database_takes_no_state_without_what_belongs_to_it(issue, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(**columns)
