"""A kept form is what crispy draws, with the values put in, and keeps none of them."""

from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms

from sens_site.lib.cache import fragment_cache
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.kept_form import kept_form

pytestmark = pytest.mark.django_db


class Form(SiteForm):
    form_action = "/here/"
    name = forms.CharField(help_text="Yours")
    tick = forms.BooleanField(required=False)
    phone = forms.CharField(required=False, widget=forms.TextInput({"type": "tel"}))
    text = forms.CharField(widget=forms.Textarea)


VALUES = ("", "Ada", "<b>\"quoted\"</b> & 'so'", "  ", "Zoë 漢", "\\1", "0")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("name", VALUES)
def test_it_is_drawn_as_crispy_does(settings, name, debug):
    settings.DEBUG = debug
    for phone in VALUES:
        values = {"name": name, "phone": phone}
        assert kept_form(f"one {debug}", Form, values) == render_crispy_form(Form(initial=values))
    assert kept_form(f"empty {debug}", Form) == render_crispy_form(Form())


def test_it_is_made_once_and_without_the_values():
    made: list[Any] = []

    def make() -> Form:
        made.append(Form())
        return made[-1]

    for name in ("Marigold", "Thistle"):
        assert name in kept_form("made once", make, {"name": name})
    assert len(made) == 1
    kept = fragment_cache._kept["form", "made once"]
    assert "Marigold" not in repr(kept)
    assert "Marigold" not in repr(made[0].initial)
