"""One mailbox has one spelling, and two mailboxes never share one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sens_site.lib.email_address import AddressError, as_stored, canonical, found_in

LONG_LABEL = "x" * 63


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  anna@example.org\n", "anna@example.org"),
        ("Anna.B@example.org", "anna.b@example.org"),
        ("anna@EXAMPLE.Org", "anna@example.org"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@BÜCHER.example", "anna@xn--bcher-kva.example"),
        ("anna@bu\u0308cher.example", "anna@xn--bcher-kva.example"),  # decomposed
        ("anna@XN--bcher-KVA.example", "anna@xn--bcher-kva.example"),
        ("anna@ｅｘａｍｐｌｅ．org", "anna@example.org"),  # full width
        ("anna@example。org", "anna@example.org"),  # ideographic full stop
        ("mike@gıthub.example", "mike@xn--gthub-n4a.example"),  # dotless i is no i
        ("anna@straße.example", "anna@xn--strae-oqa.example"),  # and ß is not ss
        ("anna@пример.испытание", "anna@xn--e1afmkfd.xn--80akhbyknj4f"),
        ("a+b@example.org", "a+b@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("a%b@example.org", "a%b@example.org"),
        (f"a@{LONG_LABEL}.example", f"a@{LONG_LABEL}.example"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_the_one_spelling(typed, expected):
    assert canonical(typed) == expected
    assert canonical(canonical(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "", "anna", "@example.org", "anna@", "anna@example", "anna@@example.org",
        "anna@example.org.", "anna@.example.org", "anna@example..org",
        ".anna@example.org", "anna.@example.org", "an..na@example.org",
        '"anna"@example.org', '"a b"@example.org', "anna(x)@example.org", "anna@(x)example.org",
        "Anna <anna@example.org>", "anna@example.org, bea@example.org", "anna@bea@example.org",
        "anna@[192.0.2.1]", "anna@[IPv6:::1]", "anna@192.0.2.1", "anna@0x7f000001.0x1",
        "anna@example.org\u200b", "an\u200bna@example.org", "anna@exam\u200dple.org",
        "anna@exam\u00adple.org", "anna@example.org\ufeff", "anna\u202e@example.org",
        "anna\u2060@example.org", "anna@example.org\x00", "an na@example.org",
        "anna\u00a0@example.org", "anna@exa\nmple.org", "anna\r\nBcc: x@example.org",
        "änna@example.org", "аnna@example.org",  # the second begins with a Cyrillic letter
        "ａnna@example.org", "anna\uff20example.org", "anna@exa_mple.org", "anna@-example.org",
        "anna@example-.org", "anna@\ufffd.example", "a@" + "ü" * 60 + ".example",
        "x" * 65 + "@example.org", f"a@{LONG_LABEL}x.example",
        "x" * 64 + "@" + ".".join(["y" * 60] * 4), "a@" + ".".join([LONG_LABEL] * 4) + ".example",
        "a@xn--a.example", "a@xn--.example",
        "anna@example%2eorg", "anna%40example.org",
    ],
)  # fmt: skip
def test_what_has_no_one_spelling_is_refused(typed):
    with pytest.raises(AddressError):
        canonical(typed)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_typed_gives_an_address_or_a_refusal(local, domain):
    try:
        spelled = canonical(f"{local}@{domain}")
    except AddressError:
        return
    assert canonical(spelled) == spelled
    assert spelled.isascii()
    assert spelled.isprintable()
    assert len(spelled) <= 254


def test_what_looks_or_folds_alike_elsewhere_stays_apart():
    alike = [
        "mike@github.example",
        "mike@gıthub.example",
        "mi\u212ae@github.example",
        "mike@gĭthub.example",
    ]
    assert len({as_stored(one) for one in alike}) == 4  # the third holds a Kelvin sign
    assert as_stored("anna@straße.example") != as_stored("anna@strasse.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.org", True),
        ("From: Ada <a@example.org>", True),
        ("write to a@Example.ORG.", True),
        ("{'email': 'a@example.org'}", True),
        ("a@example.org,b@example.org", True),
        ("?email=a@example.org&x=1", True),
        ("x'a@example.org", False),
        ("anna@example.org", False),
        ("x.a@example.org", False),
        ("x+a@example.org", False),
        ("a@example.org.uk", False),
        ("a@example.organic", False),
        ("a@example.org-x", False),
        ("A@example.org", True),
    ],
)
def test_an_address_is_found_whole(text, expected):
    assert found_in("a@example.org", text) is expected


def test_an_address_is_found_under_both_spellings_of_its_domain():
    assert found_in("a@xn--bcher-kva.example", "From a@bücher.example.")
    assert found_in("a@xn--bcher-kva.example", "From a@xn--bcher-kva.example.")
    assert not found_in("a@xn--bcher-kva.example", "From a@bucher.example.")
