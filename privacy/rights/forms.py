"""The form with which anybody asks about their information, and those of the desk."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from privacy.datamap.vendors import VENDORS
from privacy.rights.choices import FEE_GROUNDS, Ground, Kind
from privacy.rights.models import EMAIL_MAX, NAME_MAX, TEXT_MAX
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import EmailAddressField, LineField, TextField
from sens_site.lib.forms.honeypot import HoneypotMixin, trap

CHOOSE = [("", "Choose one"), *Kind.choices]


class RequestForm(SiteForm, HoneypotMixin):
    """Your privacy choices: what somebody asks, and where to answer."""

    submit_label = "Send request"
    form_action = "rights:choices"

    kind = forms.ChoiceField(
        label="What would you like?",
        choices=CHOOSE,
        error_messages={"required": "Choose what you would like"},
    )
    name = LineField(
        label="Name",
        max_length=NAME_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = EmailAddressField(
        label="Email",
        help_text="We send a link there to make sure that it is you who asks.",
        max_length=EMAIL_MAX,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": "Enter your email address"},
    )
    text = TextField(
        label="Details (optional)",
        help_text="Anything that helps us to find or do what you ask. Send no identity papers.",
        required=False,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": "6"}),
    )

    @property
    def helper(self) -> FormHelper:
        """How `{% crispy form %}` draws the form: the trap stands before the button."""
        helper = super().helper
        helper.layout = Layout("kind", "name", "email", "text", trap())
        return helper

    def clean_name(self) -> str:
        """Keep the name on one line: it stands in lists."""
        return " ".join(str(self.cleaned_data["name"]).split())


class OwnRequestForm(SiteForm):
    """What a signed-in person asks: name and address are known and proven."""

    submit_label = "Send request"

    kind = RequestForm.base_fields["kind"]
    text = RequestForm.base_fields["text"]


class WordsForm(forms.Form):
    """A reason or an answer that is sent to the person."""

    text = TextField(
        label="Words to the person", max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 14})
    )


class ReasonForm(forms.Form):
    """Why more time is needed."""

    text = TextField(
        label="Reason",
        help_text="It is mailed to the person.",
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class RefusalForm(ReasonForm):
    """Ground and reason of a refusal."""

    ground = forms.ChoiceField(choices=[("", "Choose one"), *Ground.choices])
    field_order = ("ground", "text")


class FeeForm(ReasonForm):
    """Ground, amount and reason of a fee."""

    ground = forms.ChoiceField(
        choices=[("", "Choose one"), *[(g.value, g.label) for g in Ground if g in FEE_GROUNDS]]
    )
    amount = LineField(label="Amount", max_length=40, help_text="With its currency, like 20 USD.")
    field_order = ("ground", "amount", "text")


class ProofForm(forms.Form):
    """What a member of staff has seen."""

    text = TextField(
        label="What was seen",
        help_text="Ask for the least that suffices. Never for a copy of an identity paper.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class VendorForm(forms.Form):
    """Which vendor was told, and until when it has to act."""

    vendor = forms.ChoiceField(choices=[(vendor.key, vendor.title) for vendor in VENDORS])
    due_on = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}))

    def clean_due_on(self) -> Any:
        """Refuse a day that has passed."""
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError("Choose a day that has not passed.")
        return day


class EvidenceForm(forms.Form):
    """How it is known that a vendor has done its part."""

    text = TextField(
        label="Evidence", max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 4})
    )
