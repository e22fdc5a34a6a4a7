"""All checks on a site that has been used for two years and keeps its policy: each sees that it does."""

import pytest

from privacy.promises.database_copy import on_a_copy
from privacy.promises.registry import discover
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_checks
from tests.factories.site_in_use import use_for_two_years
from tests.promises.conftest import FEW_ROUTES, ONE_OF_EACH

pytestmark = [
    pytest.mark.breaks,  # for who has changed a promise
    pytest.mark.unmeasured,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_every_promise_is_kept_on_a_site_that_has_been_in_use(settings):
    settings.SENDFILE, settings.SPECULATION_RULES = "nginx", True  # as operators may have it
    discover()
    use_for_two_years()
    with on_a_copy():
        outcomes = run_checks(site=RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, FEW_ROUTES))
    said = {
        f"{one.check.name} ({one.state}): {one.evidence.words}" for one in outcomes if not one.kept
    }
    assert not said, "\n".join(["These are red:", *sorted(said)])
    assert len(outcomes) > 300
