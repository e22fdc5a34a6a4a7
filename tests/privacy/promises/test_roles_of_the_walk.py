"""What a role may meet of customers on the pages of the desk."""

from dataclasses import replace

import pytest

from privacy.promises.witness import record_rules
from privacy.promises.witness.url_map import Route
from tests.privacy.promises.test_witness import BOB, TWO, seen

ROLES = replace(TWO, staff=frozenset({"a superuser", "a Editor", "a Webmaster", "a Guest", "c"}))


@pytest.mark.parametrize(
    ("who", "pattern", "faults"),
    [
        ("a Editor", "admin/downloads/document/", 1),
        ("a Editor", "admin/", 1),
        ("a Webmaster", "admin/contact/contactmessage/<path:object_id>/change/", 0),
        ("a Webmaster", "admin/rights/subjectrequest/", 1),
        ("a Guest", "admin/contact/contactmessage/", 1),
        ("a superuser", "admin/downloads/document/", 0),
        ("a Editor", "news/", 0),
        ("b", "admin/", 0),
    ],
)
def test_a_role_is_shown_people_where_its_work_is(who, pattern, faults):
    answer = replace(seen(BOB.name), who=who, route=Route(pattern, "", print, ""))
    assert len(list(record_rules.a_role_sees_people_where_its_work_is(answer, ROLES))) == faults


def test_what_staff_have_said_is_for_staff_and_an_unknown_address_is_no_desk():
    known = replace(ROLES, told_by={BOB.name: "c"})
    there = replace(seen(BOB.name), who="a Editor", route=Route("admin/", "", print, ""))
    nowhere = replace(there, route=None)
    rule = record_rules.a_role_sees_people_where_its_work_is
    assert [*rule(there, known), *rule(nowhere, ROLES)] == []
