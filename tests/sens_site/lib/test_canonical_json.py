"""The bytes that are hashed: other ones would make every seal, receipt and grant a stranger."""

import pytest

from sens_site.lib.canonical_json import canonical_json, digest_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": "é", "a": 1}, '{"a":1,"b":"é"}'),
        ({"a": {"d": None, "c": [True, False]}}, '{"a":{"c":[true,false],"d":null}}'),
        (("a", "b"), '["a","b"]'),
        ('a "quote",\n\\ and \u2028', '"a \\"quote\\",\\n\\\\ and \u2028"'),
        ({}, "{}"),
    ],
)
def test_plain_data_has_one_form(value, text):
    assert canonical_json(value) == text


@pytest.mark.parametrize(
    ("value", "digest"),
    [
        # printf '{}' | sha256sum
        ({}, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        # printf '{"a":1,"b":"é"}' | sha256sum
        ({"b": "é", "a": 1}, "09ad9fd2fb648cb2f62141215828ea00a62c299db05d20aa9ade2f527a301cc6"),
    ],
)
def test_its_digest_is_the_sha256_of_these_bytes_in_utf_8(value, digest):
    assert digest_of(value) == digest
