"""Code that would speak to whoever answers is found, however it is written."""

import pytest

from sens_site.promises.encrypted_ways import _careless


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("requests.get(url, verify=False)", ["verify"]),
        ("context.check_hostname = False", ["check_hostname"]),
        ('options = {"verify": False}', ["verify"]),
        ("requests.get(url, verify=True)", []),
    ],
)
def test_a_switch_that_is_off_is_found(text, found):
    assert list(_careless(text)) == found
