"""Issues at the desk: each page says what will happen, and what was sent is looked at alone."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from audit_log.models import AuditEntry
from newsletter import issue_services as services
from newsletter.models import Check, Issue
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import make_staff

LIST = "/admin/newsletter/issue/"
TYPED = {
    "title": "Summer – news",
    "slug": "",
    "summary": "What is new.",
    "body": "Read **this**.",
    "checklist": list(Check.values),
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stored_mail(settings):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"


def page_of(issue, name="change"):
    return f"{LIST}{issue.pk}/{name}/"


def text_of(response):
    return " ".join(response.content.decode().split())


def take(client, issue, step, **data):
    return client.fill_in(page_of(issue, step), data)


def state_of(issue):
    issue.refresh_from_db()
    return issue.state


def test_an_issue_is_written_with_an_address_made_of_its_title(staff_client, topic):
    answer = staff_client.fill_in(f"{LIST}add/", {**TYPED, "topics": [topic.pk]})
    assert answer.status_code == 302
    issue = Issue.objects.get()
    assert (issue.slug, issue.state) == ("summer-news", "draft")
    assert list(issue.topics.all()) == [topic]
    assert issue.checklist == ["readers", "practical", "facts", "links"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "–", "slug": ""}, "none can be made of this title"),
        ({"title": "Spring", "slug": ""}, "Issue with this Address already exists."),
        ({"slug": "a b"}, "Enter a valid “slug”"),
        ({"title": ""}, "This field is required."),
        ({"body": "a\x00b"}, "Text"),
        ({"checklist": ["made-up"]}, "made-up is not one of the available choices."),
    ],
)
def test_what_cannot_be_stored_comes_back_with_what_was_typed(staff_client, issue, changes, words):
    answer = staff_client.fill_in(f"{LIST}add/", {**TYPED, **changes})
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert "What is new." in text_of(answer)
    assert Issue.objects.count() == 1


def test_a_draft_is_changed_and_deleted(staff_client, issue):
    client = staff_client
    assert client.fill_in(page_of(issue), {**TYPED, "slug": "spring"}).status_code == 302
    issue.refresh_from_db()
    assert (issue.title, issue.topics.count()) == ("Summer – news", 0)
    assert client.post(page_of(issue, "delete"), {"post": "yes"}).status_code == 302
    assert not Issue.objects.exists()


def test_what_is_planned_is_looked_at_alone(staff_client, issue):
    services.schedule(issue)
    shown = text_of(staff_client.get(page_of(issue)))
    assert '<input type="submit"' not in shown
    assert "not yet" in shown
    answer = staff_client.post(page_of(issue), {**TYPED, "slug": "spring"})
    assert answer.status_code == 403
    assert staff_client.post(page_of(issue, "delete"), {"post": "yes"}).status_code == 403
    assert state_of(issue) == "scheduled"


def test_the_page_before_sending_says_who_gets_it_and_what_is_missing(
    staff_client, issue, reader, settings
):
    settings.OUTBOX_HOURLY_CAP = 2
    for number in range(3):
        reader(f"r{number}@example.com")
    shown = text_of(staff_client.get(page_of(issue, "schedule")))
    assert "Engine starting: 3 confirmed readers" in shown
    assert "All together, each once: 3 confirmed readers" in shown
    assert "At most 2 mails leave in an hour: it takes 2 or more." in shown
    assert "0 remote references, 0 tracking links" in shown
    assert "Still to be done" not in shown
    Issue.objects.filter(pk=issue.pk).update(checklist=[])
    shown = text_of(staff_client.get(page_of(issue, "schedule")))
    assert "Not ticked in the checklist: Each of its links was opened." in shown
    assert "remote references" not in shown
    refused = take(staff_client, issue, "schedule", at="")
    assert refused.status_code == 409
    assert "Not ticked in the checklist" in text_of(refused)
    assert state_of(issue) == "draft"


def test_an_issue_is_planned_and_taken_back(staff_client, issue):
    assert take(staff_client, issue, "schedule", at="2020-01-01T10:00").status_code == 422
    assert take(staff_client, issue, "schedule", at="2126-05-02T10:00").status_code == 303
    assert state_of(issue) == "scheduled"
    assert issue.scheduled_at.isoformat() == "2126-05-02T16:00:00+00:00"
    assert take(staff_client, issue, "unschedule").status_code == 303
    assert state_of(issue) == "draft"
    assert take(staff_client, issue, "schedule", at="").status_code == 303
    assert AuditEntry.objects.filter(did__contains="Scheduled.").count() == 2


def test_sending_is_paused_resumed_and_stopped_and_each_page_says_what_waits(
    staff_client, issue, reader
):
    reader()
    services.schedule(issue)
    services.begin(issue)
    issue.refresh_from_db()
    OutboxMail.objects.create(
        message_id="<1@x>", dedupe_key=issue.dedupe_key, purpose="newsletter", sender="s@x.test",
        recipient="ann@example.com", subject="s", message=b"m",
    )  # fmt: skip
    Issue.objects.filter(pk=issue.pk).update(queued=5, sent=2, came_back=1)
    for step, state in (("pause", "paused"), ("resume", "sending"), ("stop", "stopped")):
        shown = text_of(staff_client.get(page_of(issue, step)))
        assert "5 mails written, 2 sent, 1 not taken by a mail server" in shown
        assert "1 mail in the outbox" in shown
        assert take(staff_client, issue, step).status_code == 303
        assert state_of(issue) == state
    assert not OutboxMail.objects.exists()
    assert staff_client.get(page_of(issue, "resume")).status_code == 409
    shown = text_of(staff_client.get(page_of(issue)))
    assert "2 not sent" in shown
    assert 'href="/newsletter/issues/spring/"' in shown


def test_a_test_goes_to_the_colleague_who_asks(staff_client, issue):
    assert take(staff_client, issue, "test").status_code == 303
    assert OutboxMail.objects.get().recipient == "grace@company.test"


def test_nobody_without_the_right_sees_the_mail(issue):
    client = SiteClient()
    client.force_login(make_staff("editor", is_superuser=False))
    assert client.get(page_of(issue, "html")).status_code == 403


def test_the_mail_is_shown_as_text_and_as_html(staff_client, issue):
    Issue.objects.filter(pk=issue.pk).update(
        body="<script> **this** & [more](/about/).", checklist=[]
    )
    text = text_of(staff_client.get(page_of(issue, "preview")))
    assert "Subject: Spring" in text
    assert "<script>" not in text.partition("plain text")[2].partition("</pre>")[0]
    assert "&lt;script&gt; this &amp; more &lt;https://testserver/about/&gt;." in text
    assert "Not ticked in the checklist" in text
    html = staff_client.get(page_of(issue, "html"))
    assert "<strong>this</strong>" in text_of(html)
    assert '<link rel="stylesheet" href="/static/css/mail.css"></head>' in text_of(html)
    assert "unsafe-inline" not in html.headers["Content-Security-Policy"]
    assert ' style="' not in text_of(html)


def test_what_the_check_has_held_back_waits_for_a_person(staff_client, issue):
    assert "held back" not in text_of(staff_client.get("/admin/"))
    Issue.objects.filter(pk=issue.pk).update(refused_because="A link counts.")
    assert "issue that is held back" in text_of(staff_client.get("/admin/"))
    assert "Held back: A link counts." in text_of(staff_client.get(page_of(issue)))


def test_the_mail_is_shown_to_nobody_without_the_right(issue):
    user = make_staff("clerk", is_superuser=False)
    client = SiteClient()
    client.force_login(user)
    pages = [page_of(issue, name) for name in ("preview", "html", "change")]
    for right in ("view_topic", "add_issue"):
        user.user_permissions.set(Permission.objects.filter(codename=right))
        assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    user.user_permissions.set(Permission.objects.filter(codename="view_issue"))
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert client.get(page_of(issue, "schedule")).status_code == 403
    assert client.get(f"{LIST}0/preview/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    staff_client, topic, count, django_assert_num_queries, menu_read
):
    for number in range(count):
        Issue.objects.create(
            title=f"No {number}", slug=f"no-{number}", state="sent", started_at=timezone.now(),
            findings={}, queued=4, sent=4,
        )  # fmt: skip
    with django_assert_num_queries(5):
        shown = text_of(staff_client.get(LIST))
    assert shown.count("4 mails written, 4 sent") == count
