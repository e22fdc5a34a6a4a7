"""The form that visitors meet, and the one with which staff close a message."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings

from contact.models import EMAIL_MAX, MESSAGE_MAX, NAME_MAX, PHONE_MAX
from contact.services import Submission
from privacy.rights.choices import Kind
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import EmailAddressField, LineField, TextField
from sens_site.lib.forms.honeypot import HoneypotMixin, trap


class WebmasterForm(SiteForm, HoneypotMixin):
    """Contact Webmaster. The names of its fields are those of `Submission`."""

    submit_label = "Send message"
    form_action = "contact:webmaster"

    name = LineField(
        label="Name",
        help_text="So that we know who is writing",
        max_length=NAME_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = EmailAddressField(
        label="Email",
        help_text="We use it only if we have to contact you",
        max_length=EMAIL_MAX,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": "Enter your email address"},
    )
    phone = LineField(
        label="Phone",
        help_text="Only if you would like a call",
        required=False,
        max_length=PHONE_MAX,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    about = forms.ChoiceField(
        label="What is it about? (optional)",
        help_text="A privacy request has a deadline, which begins when you send it",
        required=False,
        choices=[("", "This website, or anything else"), *Kind.choices],
    )
    message = TextField(
        label="Message",
        help_text=f"What we can do for you, in up to {MESSAGE_MAX:,} characters",
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": "8"}),
    )
    wants_contact = forms.BooleanField(
        label=f"I would like {settings.COMPANY.short_name} to contact me", required=False
    )

    @property
    def helper(self) -> FormHelper:
        """How `{% crispy form %}` draws the form: the trap stands before the button."""
        helper = super().helper
        helper.layout = Layout(
            "name", "email", "phone", "about", "message", "wants_contact", trap()
        )
        return helper

    @property
    def submission(self) -> Submission:
        """What was typed, checked. Ask after `is_valid()`."""
        data = self.cleaned_data
        return Submission(
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            message=data["message"],
            wants_contact=data["wants_contact"],
        )


class AnswerForm(forms.Form):
    """What a member of staff says about how a message was answered."""

    note = TextField(
        label="Note",
        help_text="How and when it was answered, for your colleagues. The sender does not see it.",
        required=False,
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
