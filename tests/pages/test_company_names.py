"""Which names mean the company that a policy names."""

import pytest

from pages.company_names import name_in_footer, names_of, organizations_in

LLC = "Stored Things, a Limited Liability Company"

pytestmark = pytest.mark.once


def test_a_name_is_short_or_in_full():
    assert names_of(LLC) == {
        LLC, "Stored Things", "Stored Things LLC", "Stored Things, LLC", "Stored Things L.L.C.",
        "Stored Things, L.L.C.",
    }  # fmt: skip


def test_a_form_that_is_not_known_ends_the_name_as_it_stands():
    assert names_of("Acme Pumps, Ltd.") == {"Acme Pumps, Ltd."}


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("© 2013–2026 Stored Things LLC. All rights reserved.", ""),
        ("© 2026 Stored Things LLC", ""),
        ("© 2026 Stored Things Europe GmbH. All rights reserved.", "Stored Things Europe GmbH"),
        ("© 2026 Stored Things LLC Holdings. All rights", "Stored Things LLC Holdings"),
        ("All rights reserved.", "nobody"),
    ],
)
def test_a_footer_names_the_company_or_another(line, other):
    assert name_in_footer(line, names_of(LLC)) == other


def test_a_name_that_ends_in_a_full_stop_is_known():
    names = names_of("Example Works, a Corporation")
    assert name_in_footer("© 2026 Example Works, Inc.. All rights reserved.", names) == ""
    assert name_in_footer("© 2026 Example Works, Inc. All rights reserved.", names) == ""


def test_organizations_are_found_however_deep():
    told = [{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "A"}}, {"b": 1}]
    assert list(organizations_in(told)) == ["A"]
