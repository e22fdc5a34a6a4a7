"""What the site records of itself: versions of the policy, results of checks, and mails."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import User
from audit_log import services as audit_log
from audit_log.models import AuditEntry
from outbox.job_runs import BY_HAND, note_done
from outbox.models import MOST_TRIES, OutboxMail
from pages import files
from pages.file_services import add_file
from pages.models import Page
from privacy.policy import notices, services
from privacy.policy.models import PRIVACY, Kind, PolicyVersion
from privacy.promises.services import record_review, run_checks, store_outcomes
from search.models import Synonym
from search.services import count_misses, save_synonym
from tests.factories.site_in_use.clock import days_ago
from tests.factories.site_in_use.messages import photo
from tests.factories.site_in_use.newsletter import send_the_last
from tests.factories.site_in_use.people import DEPUTY, OFFICER

CHEAP = ("policy.breadcrumb", "policy.last-updated")


def note_promises() -> None:
    """Look at two promises, again and again."""
    for days in (400, 200, 60, 1):
        with days_ago(days):
            store_outcomes(run_checks(CHEAP), at=timezone.now())


def draft_policies(staff: list[User], customers: list[User]) -> None:
    """Post a version that is still to take effect, of which everybody is told; draft another one."""
    shown = PolicyVersion.objects.in_force(PRIVACY)
    assert shown is not None
    fields = {"kind": Kind.MATERIAL, "reason": "A clearer text was asked for by readers."}
    for text, days in ("A draft sentence.", 60), ("It is said more plainly from then on.", 45):
        draft = services.create_draft(
            shown.policy, by=staff[OFFICER], source_text=f"{shown.source_text}\n{text}\n",
            summary="One sentence more.", effective_on=timezone.localdate() + timedelta(days=days),
            **fields,
        )  # fmt: skip
    why = "The sentence makes no promise that could be checked."
    version = services.seal_and_publish(draft, by=staff[DEPUTY], override_reason=why)
    notices.announce(version)
    for person in customers[:3]:
        notices.acknowledge(version, by=person)


def write_down(staff: list[User]) -> None:
    """Write down who did what, what was searched for, and what was done by hand."""
    for number, kind in enumerate(AuditEntry.Kind.values):
        with days_ago(600 - 90 * number):
            by, page = staff[number], Page.objects.all()[number]
            audit_log.record(
                kind, "Something <b>was</b> done", row=page, actor=by, place="the desk"
            )
            count_misses({(timezone.localdate(), f"nothing like {number}"): number + 1})
    with days_ago(100):
        next_on = timezone.localdate() + timedelta(days=365)
        record_review(CHEAP[0], next_on=next_on, note="Read again.")
    save_synonym(Synonym(words="ups, uninterruptible power supply"))
    picture = files.made_from(photo(7))
    add_file(picture, name="a-picture", alt="A picture")
    for name in BY_HAND:
        note_done(name)


def leave_mails(customers: list[User]) -> None:
    """Leave mails that wait, that have failed before, and one that was given up."""
    send_the_last()
    for number in range(3):
        EmailMessage("Waiting", "Dear", to=[f"late{number}@else.example"]).send()
    EmailMessage("Parked", "Dear", to=["parked@else.example"]).send()
    EmailMessage("Failed", "Dear", to=[customers[5].email]).send()
    OutboxMail.objects.filter(subject="Parked").update(
        parked_at=timezone.now(), attempts=MOST_TRIES, last_error="SMTP 550 5.1.1"
    )
    OutboxMail.objects.filter(subject="Failed").update(
        attempts=2, due_at=timezone.now() + timedelta(hours=2)
    )
