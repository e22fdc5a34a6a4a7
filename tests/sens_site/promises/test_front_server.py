"""To whom nginx may hand requests: to this machine, or to one of our own networks."""

import pytest

from sens_site.promises.front_server import _is_near


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("unix:/run/site/web.sock", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("10.0.0.2:8000", True),
        ("web:8000", True),
        ("8.8.8.8:80", False),
        ("collector.example.com:443", False),
    ],
)
def test_requests_stay_in_the_house(address, near):
    assert _is_near(address) is near
