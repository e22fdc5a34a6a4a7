"""What a new site has still before it: the first run of the checks, and a review of a statement."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from privacy.promises.history import append_run, hash_at
from privacy.promises.models import State
from privacy.promises.registry import Look
from privacy.promises.services import record_review
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows

also_open("/privacy/promises/runs/1.json")
# Where there is one version, no link leads to a comparison.
also_open(*(f"/{one}/compare/1/1{end}" for one in ("privacy", "legal") for end in ("/", ".txt")))


@makes_rows
def a_run_of_the_checks(
    customer: AbstractBaseUser, canary: Canary, staff: AbstractBaseUser
) -> None:
    """Have a run to open, and days to show."""
    if hash_at(1) is None:
        kept, broken = ("company.who-we-are", Look.NOW), ("policy.last-updated", Look.NOW)
        states = {kept: State.KEPT, broken: State.BROKEN}
        append_run(states, gone=(), found={broken[0]: ["It is made up."]}, at=timezone.now())


@makes_rows
def a_review(customer: AbstractBaseUser, canary: Canary, staff: AbstractBaseUser) -> None:
    """Have a review to open."""
    record_review("company.who-we-are", next_on=timezone.localdate(), note="It is rolled back.")
