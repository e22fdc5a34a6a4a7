"""The newsletter: its readers, however far they have come, and its issues."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from newsletter import bounces, issue_services, sending, subscribing, unsubscribing
from newsletter.models import Check, Issue, Subscriber, Topic
from newsletter.subscribing import SignUp
from newsletter.wording import words_shown
from outbox import delivery
from tests.factories.site_in_use.clock import days_ago, spread

READERS, PENDING = 30, 5
ISSUES = 21
"""More than the archive lists on one page."""
OF_OLD = 2
"""How many readers the topic has that is no longer offered."""
TO_ALL = 3
"""How many of the issues went to all readers; the older ones were of that topic."""


def send_newsletter(customers: Sequence[User]) -> None:
    """Sign readers up and send them issues; some have left since, or can no longer be reached."""
    topics = list(Topic.objects.all())
    old = Topic.objects.create(slug="old-topic", title="An old topic", active=False)
    for number in range(READERS):
        with days_ago(spread(number, READERS, first=680, last=10)):
            known = number % 5 == 0
            email = customers[number].email if known else f"reader{number}@r{number % 7}.example"
            _sign_up(
                email, (*topics[: number % len(topics) + 1], *([old] if number < OF_OLD else []))
            )
    for number in range(ISSUES):
        days = spread(number, ISSUES, first=600, last=3)
        with days_ago(days):
            few = number < ISSUES - TO_ALL
            _send(_issue(f"issue-{number}", [old] if few else topics))
    for number in range(PENDING):
        with days_ago(number):
            asked = SignUp(f"pending{number}@p.example", tuple(topics), words_shown())
            subscribing.sign_up(asked, trapped=number == 4)
    for person in customers[1:12:3]:
        subscribing.subscribe_account(person, SignUp(person.email, tuple(topics), words_shown()))
    _issue("draft", topics)
    tomorrow = timezone.now() + timedelta(days=1)
    issue_services.schedule(_issue("scheduled", topics), at=tomorrow)
    with days_ago(25):
        issue_services.pause(_begun("paused", topics))
    with days_ago(20):
        issue_services.stop(_begun("stopped", topics))
    _leave(list(Subscriber.objects.confirmed().order_by("pk")))


def send_the_last(slug: str = "sending") -> None:
    """Begin an issue whose mails wait to be sent."""
    _begun(slug, list(Topic.objects.filter(active=True)))


def _sign_up(email: str, topics: tuple[Topic, ...]) -> None:
    subscribing.sign_up(SignUp(email, topics, words_shown()))
    reader = Subscriber.objects.filter(email=email).first()
    if reader is None:  # who has refused the newsletter is not asked
        return
    by_code = email.startswith("reader")
    subscribing._confirm(reader, Subscriber.Means.CODE if by_code else Subscriber.Means.LINK)


def _issue(slug: str, topics: list[Topic]) -> Issue:
    issue = Issue(
        title=f"{slug.title()} <b>", slug=slug, summary="What is new & old.",
        body=f"Read [more](/about/) about {slug}.", checklist=list(Check.values),
    )  # fmt: skip
    issue_services.save_draft(issue)
    issue.topics.set(topics)
    return issue


def _begun(slug: str, topics: list[Topic]) -> Issue:
    """Write the mails of an issue; they wait."""
    issue = _issue(slug, topics)
    issue_services.schedule(issue)
    sending.send_issues()
    issue.refresh_from_db()
    return issue


def _send(issue: Issue) -> None:
    issue_services.schedule(issue)
    sending.send_issues()
    while delivery.deliver_due():
        pass
    sending.send_issues()


def _leave(readers: list[Subscriber]) -> None:
    for one in readers[:4]:
        unsubscribing.end_subscription(one)
    for one in readers[4:9]:
        bounces.record_bounce(one.email, hard=one in readers[4:6])
    unsubscribing.refuse_questions(readers[9])
    unsubscribing.stop_topic(readers[10], Topic.objects.filter(subscribers=readers[10])[0])
