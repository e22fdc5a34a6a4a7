"""What a page of a member reads of an account is what its standings say."""

import pytest

from privacy.consent.models import PersonalRefusals
from privacy.consent.refusals import Refusal, refusals_in, refusals_of_person


class Person:
    def __init__(self, groups):
        self.refusals = PersonalRefusals(groups=groups)


@pytest.mark.parametrize(
    ("groups", "refused"),
    [
        ({}, ()),
        ({"analytics": {"count": 0, "allowed_after": 0}}, ()),
        (
            {"social": {"count": 2, "allowed_after": 1, "how": "refused"}},
            (Refusal("social", 2, 1),),
        ),
        (
            {
                "marketing": {"count": 1},
                "analytics": {"count": 3, "allowed_after": 3},
                "social": {},
            },
            (Refusal("analytics", 3, 3), Refusal("marketing", 1)),
        ),
    ],
)
def test_each_group_that_was_refused_counts_in_a_fixed_order(groups, refused):
    person = Person(groups)
    assert refusals_of_person(person) == refusals_in(person.refusals.standings) == refused
