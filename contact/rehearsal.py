"""Messages for the walk of the promises: one that waits, one that is held."""

from django.contrib.auth.models import AbstractBaseUser

from contact.services import Submission, receive_message
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows


@makes_rows
def messages(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Write both, from the address of the account."""
    for trapped in (False, True):
        receive_message(
            Submission(
                name=person.name,
                email=person.email,
                phone=person.phone,
                message=f"{person.text} {trapped}",
                wants_contact=True,
            ),
            trapped=trapped,
        )
