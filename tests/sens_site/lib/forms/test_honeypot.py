"""People never meet the trap; whatever is put into it is a hit and never a mistake."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms

from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.honeypot import TRAP, HoneypotMixin, trap


class LetterForm(SiteForm, HoneypotMixin):
    text = forms.CharField(label="Text")

    @property
    def helper(self):
        helper = super().helper
        helper.layout = trap()
        return helper


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", False),
        ("   ", False),
        (None, False),
        ("x", True),
        ("\x00", True),
        ("a\nb", True),
        ("x" * 100_000, True),
        ("\ud800", True),
    ],
)
def test_a_hit_is_told_and_the_form_stays_valid(value, expected):
    data = {"text": "Hello"} if value is None else {"text": "Hello", TRAP: value}
    form = LetterForm(data)

    assert form.is_valid() is True
    assert form.errors == {}
    assert form.trapped is expected


def test_it_is_out_of_the_way_of_people():
    drawn = render_crispy_form(LetterForm())
    before, field = re.split(r'<div\s+class="trap"\s+aria-hidden="true"\s*>', drawn)

    assert TRAP not in before
    tag = "<input" + field.split("<input")[1].split(">")[0]
    assert 'type="text"' in tag
    assert 'tabindex="-1"' in tag
    assert 'autocomplete="off"' in tag
    assert "style=" not in drawn
    assert "Leave this field empty" in field
    assert "optional" not in field
