"""Telephone numbers as links."""

from dataclasses import replace

import pytest
from django.utils.safestring import SafeString

from sens_site.lib.phone import address_of, with_links


@pytest.mark.parametrize(
    ("number", "country", "address"),
    [
        ("(555) 555-0100", "US", "tel:+15555550100"),
        ("555.555.0100", "CA", "tel:+15555550100"),
        ("+44 20 7946 0000", "US", "tel:+442079460000"),
        ("030 901820", "DE", "tel:030901820"),
        ("0309018200", "DE", "tel:0309018200"),
        ("[your phone]", "US", "tel:"),
    ],
)
def test_a_number_leads_where_it_is_answered(settings, number, country, address):
    settings.COMPANY = replace(settings.COMPANY, country_code=country)
    assert address_of(number) == address


def test_numbers_become_links_but_not_inside_of_tags_and_links():
    html = '<p title="(555) 555-0100">(555) 555-0100, <a href="/">(555) 555-0100</a> 555</p>'
    assert with_links(SafeString(html), ["(555) 555-0100", "5"]) == (
        '<p title="(555) 555-0100"><a href="tel:+15555550100">(555) 555-0100</a>, '
        '<a href="/">(555) 555-0100</a> ' + '<a href="tel:5">5</a>' * 3 + "</p>"
    )
