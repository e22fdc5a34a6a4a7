"""The form that visitors meet, and those with which staff work on a message."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings

from contact.departments import DETAIL_MAX
from contact.models import (
    DETAILS,
    EMAIL_MAX,
    MESSAGE_MAX,
    NAME_MAX,
    PHONE_MAX,
    REFERENCE_LENGTH,
    REPLY_MAX,
    CannedAnswer,
)
from contact.photos import CHOOSE_AGAIN, MOST_PHOTOS, PhotosField, PhotosInput
from contact.services import Submission
from contact.teamwork import colleagues
from privacy.rights.choices import Kind
from sens_site.lib.departments import FIELDS, Department
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
        help_text="We use it only to contact you about your message",
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


def _detail(label: str, help_text: str = "", **attrs: str) -> LineField:
    return LineField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=DETAIL_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs}),
    )


class DepartmentForm(WebmasterForm):
    """The form of a department: what every message has, and what this department needs."""

    company = _detail("Company", autocomplete="organization")
    order_number = _detail(
        "Order number", "Your purchase order number, or the number of our order or acknowledgment"
    )
    model = _detail("Model", "As on the nameplate")
    serial_number = _detail("Serial number", "As on the nameplate")
    site = _detail("Site or vessel", "Where the equipment is, or will be")
    photos = PhotosField(
        label="Photos",
        help_text=(
            f"Up to {MOST_PHOTOS}, in JPEG, PNG or WebP, each up to 6 MB. We keep a smaller copy, "
            "without the place and time that cameras add"
        ),
        required=False,
        widget=PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        self.department = department
        super().__init__(*args, **kwargs)
        self["email"].help_text = "We answer to this address, and use it for nothing else"
        for name in FIELDS:
            if not department.asks_for(name):
                del self.fields["wants_contact" if name == "answer" else name]

    @property
    def form_action(self) -> str:  # type: ignore[override]  # each has its own
        """The page on which it stands."""
        return self.department.path

    @property
    def helper(self) -> FormHelper:
        """How `{% crispy form %}` draws the form: what identifies the matter before the message."""
        helper = super().helper
        shown = (
            "name", "email", "phone", "company", "about", "order_number", "model", "serial_number",
            "site", "message", "photos", "wants_contact",
        )  # fmt: skip
        helper.layout = Layout(*(name for name in shown if name in self.fields), trap())
        return helper

    @property
    def submission(self) -> Submission:
        """What was typed, checked. A department answers, unless its form asks whether it is to."""
        data = self.cleaned_data
        return Submission(
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            message=data["message"],
            wants_contact=data.get("wants_contact", True),
            topic=self.department.topic,
            photos=data.get("photos", ()),
            **{name: data.get(name, "") for name in DETAILS},
        )

    def say_photos_are_gone(self) -> None:
        """Say on a page that comes back that its photos have to be chosen again."""
        if (
            "photos" in self.fields
            and self.files.getlist("photos")
            and not self.errors.get("photos")
        ):
            self.add_error("photos", CHOOSE_AGAIN)


class AnswerForm(forms.Form):
    """What a member of staff says about how a message was answered."""

    note = TextField(
        label="Note",
        help_text="How and when it was answered, for your colleagues. The sender does not see it.",
        required=False,
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )


class ReplyForm(forms.Form):
    """A reply as far as it is written."""

    text = TextField(
        label="Reply",
        help_text=(
            "The company’s name and what you reply to are added below it. What stands in [brackets] "
            "has to be filled in."
        ),
        max_length=REPLY_MAX,
        widget=forms.Textarea(attrs={"rows": "14", "cols": "80"}),
    )


class CannedChoiceField(forms.ModelChoiceField[CannedAnswer]):
    """Shows the titles, which the rows do not go by elsewhere."""

    def label_from_instance(self, obj: CannedAnswer) -> str:
        return obj.title


class CannedForm(forms.Form):
    """Which canned answer."""

    canned = CannedChoiceField(label="Answer", queryset=CannedAnswer.objects.all())


class NoteForm(forms.Form):
    """What colleagues should know."""

    text = TextField(
        label="Note",
        help_text=(
            "For your colleagues. The sender may ask for a copy of everything that we hold: write "
            "what you can stand by."
        ),
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )


class AssignForm(forms.Form):
    """Who is to answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.ModelChoiceField(
            label="Colleague", queryset=colleagues(), required=False, empty_label="Nobody"
        )


class RemindForm(forms.Form):
    """When to be reminded."""

    on = forms.DateField(
        label="Day",
        help_text="From this day on the front page names the message. Leave it empty for no reminder.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class MergeForm(forms.Form):
    """With which message this one belongs together."""

    reference = LineField(
        label="Reference of the message that stays",
        max_length=REFERENCE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
