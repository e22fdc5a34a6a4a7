"""The limits count the true client: it cannot choose its address, and it is not written down."""

import pytest
from django.test import RequestFactory

from sens_site.lib.http.client_address import client_address, hashed_client, normalised


def request_from(peer, forwarded=None):
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **extra)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7,203.0.113.9 ", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.9, no address", "192.0.2.1"),
        (1, "203.0.113.9, <script>", "192.0.2.1"),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_read(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies

    assert client_address(request_from("192.0.2.1", forwarded)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:8080 ", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::7]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("192.0.2.1.5", "unknown"),
    ],
)
def test_one_client_has_one_spelling(text, expected):
    assert normalised(text) == expected


def test_the_hash_names_a_client_in_one_scope_and_hides_its_address(settings):
    one = hashed_client(request_from("192.0.2.1"), "contact")

    assert hashed_client(request_from("192.0.2.1"), "contact") == one
    assert hashed_client(request_from("192.0.2.2"), "contact") != one
    assert hashed_client(request_from("192.0.2.1"), "newsletter") != one
    assert len(one) == 32
    assert set(one) <= set("0123456789abcdef")
    settings.SECRET_KEY = "another-secret-key-of-more-than-32-characters"
    assert hashed_client(request_from("192.0.2.1"), "contact") != one
