"""What the site records of itself: versions of the policy, results of checks, and mails."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import User
from outbox.models import MOST_TRIES, OutboxMail
from privacy.policy import notices, services
from privacy.policy.models import PRIVACY, Kind, PolicyVersion
from privacy.promises.services import run_checks, store_outcomes
from tests.factories.site_in_use.clock import days_ago
from tests.factories.site_in_use.newsletter import send_the_last
from tests.factories.site_in_use.people import DEPUTY, OFFICER

CHEAP = ("policy.breadcrumb", "policy.last-updated")


def note_promises() -> None:
    """Look at two promises, again and again."""
    for days in (400, 200, 60, 1):
        with days_ago(days):
            store_outcomes(run_checks(CHEAP), at=timezone.now())


def draft_policies(staff: list[User]) -> None:
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
    notices.announce(services.seal_and_publish(draft, by=staff[DEPUTY], override_reason=why))


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
