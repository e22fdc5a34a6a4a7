"""How forms of the whole site look and what they all refuse, decided in one place."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

from sens_site.lib.cache.rehearsal_cache import is_drawn_anew
from sens_site.lib.forms.drawing import drawing_of
from sens_site.lib.forms.fields import EMAIL_FORMAT
from sens_site.lib.forms.text_guard import OPTIONAL, guard


class SiteFormRenderer(TemplatesSetting):
    """Draws a field as label, hint, error and input, in this order (GOV.UK).

    Only the field group has a template of ours. Django's own error list stays as it is, because
    the admin draws its forms with it.
    """

    field_template_name = "site/group.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """Draw what all forms have by Python where it stands for the template."""
        draw = None if is_drawn_anew() else drawing_of(template_name)
        return super().render(template_name, context, request) if draw is None else draw(context)


class SiteForm(forms.Form):
    """A form in the site's manner, whatever else it is (put it first among the bases).

    No `required` attributes and no browser bubbles: the server answers with a summary that every
    assistive technology reads. Optional fields say so in their label. Messages tell what to do.
    """

    use_required_attribute = False
    submit_label = "Send"
    form_action = ""
    form_id = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.prepare_fields()

    def prepare_fields(self) -> None:
        """Bring every field into the site's manner. Call again after adding fields."""
        for name, field in self.fields.items():
            bound = self[name]
            prepare_field(field, str(bound.label))
            bound.label = field.label or bound.label  # it was read before the field was prepared

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.disable_csrf = (
            True  # law 1: a token would set a cookie; see sens_site.lib.http.same_origin
        )
        helper.form_action = self.form_action
        helper.form_id = self.form_id
        if self.submit_label:
            helper.add_input(Submit("", self.submit_label))
        return helper


def prepare_field(field: forms.Field, label: str) -> None:
    """Give one field its label, messages, validators and attributes."""
    if field.widget.is_hidden:
        return
    if label.endswith(OPTIONAL):
        label = label.removesuffix(OPTIONAL)
        field.required = False
    name = label[:1].lower() + label[1:] if label[1:2].islower() else label
    field.error_messages |= {
        key: text
        for key, text in stock_messages(field, label, name).items()
        if field.error_messages.get(key) == default_message(field, key)
    }
    ticked = isinstance(field, forms.BooleanField)
    trap = field.widget.attrs.get("tabindex") == "-1"  # see sens_site.lib.forms.honeypot
    field.label = label if field.required or ticked or trap else label + OPTIONAL
    if isinstance(field, forms.CharField):
        guard(field, label)
        # A browser that cuts what is pasted says nothing; the server says how long it may be.
        field.widget.attrs.pop("maxlength", None)
        field.widget.attrs.pop("minlength", None)
    if isinstance(field, forms.EmailField):
        field.widget.attrs.setdefault("autocomplete", "email")
        field.widget.attrs.setdefault("spellcheck", "false")


def default_message(field: forms.Field, key: str) -> Any:
    for kind in type(field).__mro__:
        defaults = getattr(kind, "default_error_messages", {})
        if key in defaults:
            return defaults[key]
    return None


def stock_messages(field: forms.Field, label: str, name: str) -> dict[str, str]:
    """Return our own words for the mistakes that people make most."""
    messages = {"required": f"Enter your {name}"}
    if isinstance(field, forms.BooleanField):
        messages["required"] = f"Tick the box “{label}”"
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        messages["required"] = f"Choose an answer for “{label}”"
        messages["invalid_choice"] = f"Choose one of the answers for “{label}”"
    elif isinstance(field, forms.EmailField):
        messages["invalid"] = EMAIL_FORMAT
    return messages
