"""What Python draws of a form is what the templates say, byte for byte, or the templates draw it."""

from collections import Counter
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe  # noqa: TID251 - a text that is safe already
from django.utils.translation import gettext_lazy

from accounts.models import User
from sens_site.lib.forms import base, drawing
from sens_site.lib.forms.base import SiteForm, SiteFormRenderer
from sens_site.lib.forms.drawing import DRAWINGS, Drawing
from tests.accounts.conftest import REGISTRATION
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import as_if_proven

NASTY = "<b>\"quoted\" & 'so'</b>\n  second line "
FIELDS = {
    "text": forms.CharField(required=False, help_text=NASTY),
    "safe": forms.CharField(label=mark_safe("Say <em>it</em>"), help_text=mark_safe("<i>so</i>")),
    "lazy": forms.CharField(label=gettext_lazy("Yes"), help_text=gettext_lazy("No")),
    "long": forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "data-on": True})),
    "email": forms.EmailField(widget=forms.EmailInput(attrs={"class": NASTY, "hidden": False})),
    "number": forms.IntegerField(initial=1234567),
    "day": forms.DateField(widget=forms.DateInput(attrs={"type": "date"})),
    "password": forms.CharField(widget=forms.PasswordInput),
    "phone": forms.CharField(widget=forms.TextInput({"type": "tel", "data-none": None})),
    "secret": forms.CharField(widget=forms.HiddenInput, required=False),
    "tick": forms.BooleanField(help_text="Tick it"),
    "radio": forms.ChoiceField(
        choices=[("a", NASTY), ("b", "B")], widget=forms.RadioSelect, help_text="One"
    ),
    "boxes": forms.MultipleChoiceField(
        choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, required=False
    ),
    "one": forms.ChoiceField(choices=[("a", "A"), ("b", "B")]),
    "grouped": forms.ChoiceField(
        choices=[("", NASTY), (NASTY, [(1, "A"), (NASTY, mark_safe("<i>B</i>"))]), ("c", "C")]
    ),
    "several": forms.MultipleChoiceField(choices=[("a", "A"), ("b", NASTY)], required=False),
    "off": forms.CharField(disabled=True, initial=mark_safe("<u>")),
}
Everything = type("Everything", (SiteForm,), dict(FIELDS))
Plain = type("Plain", (forms.Form,), dict(FIELDS))
VALUES: dict[str, Any] = {
    **dict.fromkeys(FIELDS, NASTY),
    "number": "12",
    "boxes": ["a"],
    "several": ["b"],
}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Draw each part in both ways; count what Python drew."""
    counted: Counter[str] = Counter()
    drawn_by_python = SiteFormRenderer.render

    def both(self: Any, name: str, context: Any, request: Any = None) -> str:
        found = drawn_by_python(self, name, context, request)
        assert found == TemplatesSetting.render(self, name, context, request)
        counted[name] += drawing.drawing_of(name) is not None
        return found

    monkeypatch.setattr(SiteFormRenderer, "render", both)
    return counted


@pytest.mark.parametrize("kind", [Everything, Plain])
@pytest.mark.parametrize("auto_id", ["id_%s", "in <%s>", False])
@pytest.mark.parametrize("data", [None, {}, VALUES])
def test_every_kind_of_field_is_drawn_as_its_template_says(compared, kind, auto_id, data):
    for initial in ({}, VALUES):
        form = kind(data, initial=initial, auto_id=auto_id, prefix="p" if initial else None)
        for field in form:
            field.as_field_group()
    assert set(+compared) == set(DRAWINGS) - {"django/forms/widgets/tel.html"}


def test_a_number_of_a_telephone_too(compared):
    form = type("Call", (SiteForm,), {"tel": forms.CharField(widget=forms.TelInput)})()
    assert 'type="tel"' in form["tel"].as_field_group()
    assert compared["django/forms/widgets/tel.html"] > 0


PAGES = (
    "/accounts/login/", "/accounts/register/", "/accounts/password/reset/", "/contact/webmaster/",
    "/privacy/choices/", "/newsletter/", "/newsletter/unsubscribe/", "/contact/feedback/",
    "/contact/tech-support/",
)  # fmt: skip
OWN_PAGES = (
    "/accounts/profile/", "/accounts/email/", "/accounts/data/ask/", "/accounts/delete/",
    "/accounts/password/change/", "/accounts/2fa/app/on/", "/contact/webmaster/",
)  # fmt: skip


@pytest.mark.django_db
def test_every_form_of_the_site_is_drawn_alike_before_and_after_a_mistake(
    compared, signed_in: SiteClient, person: User
):
    as_if_proven(signed_in, person)
    typed = {**REGISTRATION, "email": "no address", "text": NASTY, "message": "\x00", "code": "1"}
    for browser, paths in ((SiteClient(), PAGES), (signed_in, OWN_PAGES)):
        for path in paths:
            drawn = compared.total()
            assert browser.get(path).status_code == 200, path
            for sent in ({}, typed):
                assert browser.post(path, sent, headers=SAME_ORIGIN).status_code in (422, 303), path
            assert compared.total() > drawn, path  # an empty form may have been kept


@pytest.mark.parametrize("template", sorted(DRAWINGS))
def test_the_templates_are_those_that_were_rewritten(template):
    assert DRAWINGS[template].templates[0] == template
    assert DRAWINGS[template].stands()


def test_another_template_of_the_name_is_drawn_as_it_is(monkeypatch: pytest.MonkeyPatch):
    stale = Drawing(lambda context: "by Python", ("django/forms/label.html",), "of another text")
    monkeypatch.setattr(drawing, "DRAWINGS", {"django/forms/label.html": stale})
    drawing.drawing_of.cache_clear()
    try:
        assert Everything()["text"].label_tag() == '<label for="id_text">Text (optional)</label>'
    finally:
        drawing.drawing_of.cache_clear()


def test_while_developing_the_templates_draw(monkeypatch: pytest.MonkeyPatch, settings: Any):
    monkeypatch.setattr(base, "drawing_of", lambda name: lambda context: "by Python")
    assert Everything()["text"].label_tag() == "by Python"
    settings.DEBUG = True
    assert Everything()["text"].label_tag() == '<label for="id_text">Text (optional)</label>'
