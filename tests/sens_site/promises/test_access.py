"""A site that asks staff for no second factor plays nobody who lacks one."""

import pytest

from privacy.promises.running_site import RunningSite
from sens_site.promises.access import who_is_no_member_of_staff_sees_no_desk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("required", "kinds"), [(True, 5), (False, 4)])
def test_who_lacks_a_second_factor_is_shut_out_where_one_is_required(settings, required, kinds):
    settings.STAFF_MFA_REQUIRED = required
    evidence = who_is_no_member_of_staff_sees_no_desk(RunningSite())
    assert evidence.figures["kinds of people"] == kinds
