"""What two answers tell: not in which second each of them was given."""

import pytest

from privacy.promises.running_site import RunningSite
from sens_site.promises.secret_addresses import _told


@pytest.mark.django_db
@pytest.mark.once
def test_two_answers_of_two_seconds_are_alike(time_machine):
    told = []
    for second in ("2026-11-27T10:00:00Z", "2026-11-27T10:00:05Z"):
        time_machine.move_to(second)
        told.append(_told(RunningSite(), "/newsletter/unsubscribe/", {"email": "x@example.com"}))
    assert told[0] == told[1] == (303, "/newsletter/unsubscribe/?done=mailed#done", "")
