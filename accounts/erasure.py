"""Deleting an account: what there is, and how all of it goes, by the data map."""

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.data_subject import subject_of
from accounts.models import User
from accounts.registration import is_nobodys
from outbox.models import FAREWELL
from privacy.datamap.erasure import ErasurePlan, ErasureReport, erase, plan_erasure
from sens_site.context import render_without_request

BY_PERSON = "account"
IDLE = "idle"


def plan_for(user: User) -> ErasurePlan:
    """Count what would go with the account, and what would stay."""
    return plan_erasure(subject_of(user))


def erase_account(user: User, *, cause: str = BY_PERSON) -> ErasureReport:
    """Erase a person everywhere, and store one last mail with the report.

    The farewell is the only row that still holds the address; the outbox deletes it when sent.
    Raises NothingToEraseError where somebody else's click was faster.
    """
    address = user.email

    def say_farewell(report: ErasureReport) -> None:
        if not address or is_nobodys(address):
            return
        EmailMessage(
            "Your account has been deleted",
            render_without_request(
                "accounts/deleted.txt", {"report": report, "idle": cause == IDLE}
            ),
            settings.DEFAULT_FROM_EMAIL,
            [address],
            headers={"X-Purpose": FAREWELL},
        ).send()

    return erase(subject_of(user), cause=cause, also=say_farewell)
