"""Fields of ours read a text as the person sees it, and name one mistake at a time."""

import pytest
from django.core.exceptions import ValidationError

from sens_site.lib.forms.fields import EMAIL_FORMAT, EmailAddressField, LineField, TextField


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\nb"])
def test_a_line_end_counts_as_one_sign_however_it_is_sent(text):
    assert TextField(max_length=3).clean(text) == "a\nb"


@pytest.mark.parametrize("blank", ["   ", "\r\n\t", "\u00a0\u2003", "\u200b\u2060\ufeff", "\x07"])
@pytest.mark.parametrize("kind", [TextField, LineField])
def test_nothing_to_be_seen_is_nothing(kind, blank):
    assert kind(required=False).clean(blank) == ""
    with pytest.raises(ValidationError) as refused:
        kind().clean(blank)
    assert refused.value.code == "required"


def test_a_lone_nul_is_not_nothing():
    with pytest.raises(ValidationError) as refused:
        TextField(required=False).clean("\x00")
    assert refused.value.messages == [
        "This text holds characters that cannot be read. Remove them or type it again"
    ]


def test_of_many_mistakes_the_first_is_named():
    with pytest.raises(ValidationError) as refused:
        LineField(label="Name", max_length=3).clean("a\x00\nbcd")
    assert refused.value.messages == ["Name must be 3 characters or fewer"]


@pytest.mark.parametrize(
    ("address", "spelled"),
    [
        ("ada@customer.test", "ada@customer.test"),
        ("Kontakt@müller.test", "kontakt@xn--mller-kva.test"),
    ],
)
def test_an_address_to_which_a_mail_can_be_written_is_taken_in_its_one_spelling(address, spelled):
    assert EmailAddressField().clean(address) == spelled


@pytest.mark.parametrize(
    "address",
    [
        "ada", "ada@", "@customer.test", '"a b"@customer.test', "ada@[192.0.2.1]", "a\x00@c.test",
        "ada@c\ufffd.test", "ada@customer.test\r\nBcc: x@y.test", "ada@" + "ä" * 63 + ".test",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_wording(address):
    with pytest.raises(ValidationError) as refused:
        EmailAddressField().clean(address)
    assert refused.value.messages == [EMAIL_FORMAT]


@pytest.mark.parametrize("kind", [TextField, LineField, EmailAddressField])
def test_no_browser_cuts_off_what_is_pasted(kind):
    assert "maxlength" not in kind(max_length=3).widget.attrs
