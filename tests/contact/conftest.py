"""What the tests of the contact room share: a letter, and the mails that came of it."""

from typing import Any

import pytest

from contact.models import ContactMessage
from contact.services import Submission, receive_message


@pytest.fixture
def letter() -> dict[str, str]:
    """What a visitor types, complete and right."""
    return {
        "name": "Mary Anning",
        "email": "mary@fossil.test",
        "phone": "+44 1297 443370",
        "message": "The data sheet of the EnerGenius charger does not open.\nCan you send it?",
        "wants_contact": "on",
    }


@pytest.fixture
def submission() -> Submission:
    """The same letter, as the form hands it on."""
    return Submission(
        name="Mary Anning",
        email="mary@fossil.test",
        phone="+44 1297 443370",
        message="The data sheet of the EnerGenius charger does not open.\nCan you send it?",
        wants_contact=True,
    )


@pytest.fixture
def waiting(db: None, submission: Submission) -> ContactMessage:
    """A message that waits for an answer."""
    return receive_message(submission)


@pytest.fixture
def held(db: None, submission: Submission) -> ContactMessage:
    """The same message, held because it came with the trap filled in."""
    return receive_message(submission, trapped=True)


@pytest.fixture
def sent(db: None) -> Any:
    """Recipient and subject of each stored mail, oldest first: call it."""
    from outbox.models import OutboxMail

    return lambda: list(OutboxMail.objects.order_by("pk").values_list("recipient", "subject"))
