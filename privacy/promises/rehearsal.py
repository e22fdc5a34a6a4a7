"""The first run of the checks, which no page links to, and which a new site has still before it."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from privacy.promises.history import append_run, hash_at
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows

also_open("/privacy/promises/runs/1.json")


@makes_rows
def a_run_of_the_checks(
    customer: AbstractBaseUser, canary: Canary, staff: AbstractBaseUser
) -> None:
    """Have a run to open."""
    if hash_at(1) is None:
        append_run({}, gone=(), found={}, at=timezone.now())
