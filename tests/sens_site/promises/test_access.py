"""Staff without a second factor are tried, also on a machine where it is not asked for."""

import pytest

from privacy.promises.running_site import RunningSite
from sens_site.promises.access import who_is_no_member_of_staff_sees_no_desk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("required", [True, False])
def test_who_lacks_a_second_factor_is_shut_out_whether_or_not_this_machine_asks_for_one(
    settings, required
):
    settings.STAFF_MFA_REQUIRED = required
    evidence = who_is_no_member_of_staff_sees_no_desk(RunningSite())
    assert evidence.figures["kinds of people"] == 5
