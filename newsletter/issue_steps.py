"""What staff can do with an issue. Each page says first what will happen."""

from collections.abc import Iterator

from django.conf import settings

from newsletter import issue_services as services
from newsletter.composing import letter_of
from newsletter.issue_forms import ScheduleForm
from newsletter.models import Issue
from sens_site.lib.admin.steps import Groups, Step

State = Issue.State


def readers(count: int) -> str:
    return f"{count:,} confirmed {'reader' if count == 1 else 'readers'}"


def mails(count: int) -> str:
    return f"{count:,} {'mail' if count == 1 else 'mails'}"


def figures(issue: Issue) -> str:
    """Say how far an issue has come, in counts that are known for sure: what was handed on."""
    said = [f"{mails(issue.queued)} written", f"{issue.sent:,} sent"]
    if issue.came_back:
        said.append(f"{issue.came_back:,} not taken by a mail server")
    if issue.taken_back:
        said.append(f"{issue.taken_back:,} not sent")
    return ", ".join(said)


def _duration(count: int) -> Iterator[str]:
    cap = settings.OUTBOX_HOURLY_CAP
    if cap:
        hours = -(-count // cap)
        yield f"At most {cap:,} mails leave in an hour: it takes {hours:,} or more."


def _before_sending(issue: Issue) -> Groups:
    faults = list(services.obstacles(issue))
    yield "Still to be done before it can be sent", faults
    audience = services.audience_of(issue.topics.all())
    yield "Who gets it", [f"{name}: {readers(count)}" for name, count in audience]
    yield "How long it takes", list(_duration(audience[-1][1]))
    if not faults:
        found = services.check(letter_of(issue))
        yield (
            "What the check of its mail found",
            [
                f"{found.remote_references} remote references, {found.tracking_links} tracking links",
                f"{found.links} links that are the same in every mail",
                f"{found.bytes:,} bytes",
            ],
        )


def _now(issue: Issue) -> Groups:
    yield "How far it is", [figures(issue)]
    yield "What waits", [f"{mails(services.waiting_mails(issue).count())} in the outbox"]


def _before_stopping(issue: Issue) -> Groups:
    yield from _now(issue)
    yield (
        "What cannot be undone",
        [
            "What waits is deleted, and nobody else gets this issue.",
            (
                f"{mails(issue.sent)} have left and stay with their readers, as the issue stays in the "
                "archive."
            ),
        ],
    )


STEPS: tuple[Step[Issue], ...] = (
    Step(
        slug="test",
        label="Send a test to me",
        question=(
            "This issue is mailed to your own address, as it would go out. Its links to topics and "
            "to unsubscribe lead to the page of the newsletter."
        ),
        done="A test was sent.",
        run=lambda issue, by, data: services.send_test(issue, by=by),
        offered=lambda issue: issue.state in (State.DRAFT, State.SCHEDULED),
    ),
    Step(
        slug="schedule",
        label="Send or schedule",
        question=(
            "From the time that you choose, this issue goes to its readers and stands in the "
            "archive. Its text can no longer be changed then."
        ),
        done="Scheduled.",
        run=lambda issue, by, data: services.schedule(issue, at=data["at"]),
        offered=lambda issue: issue.state == State.DRAFT,
        form=ScheduleForm,
        touches=_before_sending,
    ),
    Step(
        slug="unschedule",
        label="Back to draft",
        question="The plan is cancelled: nothing is sent, and the text can be changed again.",
        done="A draft again.",
        run=lambda issue, by, data: services.unschedule(issue),
        offered=lambda issue: issue.state == State.SCHEDULED,
    ),
    Step(
        slug="pause",
        label="Pause",
        question=(
            "No further mail leaves until somebody resumes the issue. What waits is kept. One that "
            "is just being handed to the mail server still goes."
        ),
        done="Paused.",
        run=lambda issue, by, data: services.pause(issue),
        offered=lambda issue: issue.state == State.SENDING,
        touches=_now,
    ),
    Step(
        slug="resume",
        label="Resume",
        question="Sending goes on where it was paused. Nobody gets the issue twice.",
        done="Resumed.",
        run=lambda issue, by, data: services.resume(issue),
        offered=lambda issue: issue.state == State.PAUSED,
        touches=_now,
    ),
    Step(
        slug="stop",
        label="Stop for good",
        question="Sending ends here, and cannot be begun again.",
        done="Stopped.",
        run=lambda issue, by, data: services.stop(issue),
        offered=lambda issue: issue.state in (State.SENDING, State.PAUSED),
        danger=True,
        touches=_before_stopping,
    ),
)
