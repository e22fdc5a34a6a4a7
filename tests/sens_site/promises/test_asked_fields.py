"""Whether a look has come to all forms."""

import pytest

from privacy.promises.registry import NotCarriedOut
from privacy.promises.running_site import RunningSite
from sens_site.promises.asked_fields import FOR_WHO_HAS_PROVEN_IT, proven_forms_are_met


def test_of_a_form_that_is_shut_nothing_can_be_said():
    every, site = set(FOR_WHO_HAS_PROVEN_IT), RunningSite()
    proven_forms_are_met(site, every)
    with pytest.raises(NotCarriedOut, match="/accounts/delete/ was not met"):
        proven_forms_are_met(site, every - {"/accounts/delete/"})
