"""What people type is refused for the same reasons and in the same words in every form."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import LineField, TextField
from sens_site.lib.forms.text_guard import (
    is_blank,
    limit_length,
    refuse_line_breaks,
    refuse_unreadable,
)

UNREADABLE = "holds characters that cannot be read. Remove them or type it again"
SIGNS_NOBODY_TYPES = ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud800", "\ufffd"]


class Stock(SiteForm):
    """Fields as another package makes them, which the site's manner guards."""

    name = forms.CharField(max_length=40)
    notes = forms.CharField(widget=forms.Textarea, max_length=5000)
    secret = forms.CharField(widget=forms.PasswordInput)

    def prepare_fields(self):
        limit_length(self.fields["secret"], 256)
        super().prepare_fields()


class Ours(SiteForm):
    """Fields of ours on a page."""

    name = LineField(label="Name", max_length=40)
    notes = TextField(label="Notes (optional)", max_length=5000)
    secret = LineField(label="Secret", max_length=256)


class Desk(forms.Form):
    """Fields of ours on a form of the desk, which is drawn by Django's admin."""

    name = LineField(label="Name", max_length=40)
    notes = TextField(label="Notes", max_length=5000)
    secret = LineField(label="Secret", max_length=256)


GOOD = {"name": "Ada", "notes": "One\n\ttwo", "secret": "plover lantern 42"}
FORMS = pytest.mark.parametrize("form", [Stock, Ours, Desk])


@FORMS
@pytest.mark.parametrize("sign", SIGNS_NOBODY_TYPES)
def test_signs_that_nobody_types_are_refused_once_for_each_field(form, sign):
    assert form(dict.fromkeys(GOOD, f"a{sign}b")).errors == {
        "name": [f"Name {UNREADABLE}"],
        "notes": [f"Notes {UNREADABLE}"],
        "secret": [f"Secret {UNREADABLE}"],
    }


@FORMS
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_breaks_pass_in_text_areas_alone(form, end):
    assert form(dict.fromkeys(GOOD, f"a{end}b")).errors == {
        "name": ["Name must be on one line"],
        "secret": ["Secret must be on one line"],
    }


@FORMS
def test_a_text_that_is_too_long_is_refused_with_its_limit(form):
    texts = {"name": "x" * 41, "notes": "x" * 5001, "secret": "x" * 257}
    assert form(texts).errors == {
        "name": ["Name must be 40 characters or fewer"],
        "notes": ["Notes must be 5,000 characters or fewer"],
        "secret": ["Secret must be 256 characters or fewer"],
    }
    assert form({name: text[1:] for name, text in texts.items()}).errors == {}


@FORMS
def test_tabs_and_the_signs_of_the_world_pass(form):
    world = "Nguyễn\tÁnh 👩🏽‍🔬 你好 שלום"
    assert form({**GOOD, "name": world}).errors == {}


@pytest.mark.parametrize(
    ("guard", "text", "words"),
    [
        (refuse_unreadable, "a\x00b", f"This text {UNREADABLE}"),
        (refuse_line_breaks, "a\nb", "This text must be on one line"),
    ],
)
def test_a_guard_alone_has_words_for_a_field_without_a_name(guard, text, words):
    with pytest.raises(ValidationError) as refused:
        guard(text)
    assert refused.value.messages == [words]


@pytest.mark.parametrize(
    ("text", "blank"),
    [("", True), (" \t\u00a0\u2003", True), ("\u200b\u2060\ufeff", True), (".", False)],
)
def test_what_cannot_be_seen_is_blank(text, blank):
    assert is_blank(text) is blank


def test_a_field_keeps_the_words_that_it_has_of_its_own():
    class Own(SiteForm):
        name = LineField(max_length=3, error_messages={"max_length": "Three letters, no more"})
        code = forms.CharField(max_length=3, error_messages={"lines": "One line, please"})

    assert Own({"name": "abcd", "code": "a\nb"}).errors == {
        "name": ["Three letters, no more"],
        "code": ["One line, please"],
    }


def test_a_field_that_is_prepared_again_says_it_once():
    class Plain(SiteForm):
        name = forms.CharField()

    form = Plain({"name": "a\x07b"})
    form.prepare_fields()
    assert form.errors == {"name": [f"Name {UNREADABLE}"]}
