"""The form with which anybody asks about their information, and those of the desk."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from privacy.datamap.vendors import VENDORS
from privacy.rights import handling
from privacy.rights.answer_drafts import gap_in
from privacy.rights.choices import BY_HAND, FEE_GROUNDS, Ground, Kind
from privacy.rights.corrections import correctable_columns
from privacy.rights.models import EMAIL_MAX, NAME_MAX, POSTAL_MAX, TEXT_MAX, OutsideSystem
from privacy.rights.scans import LARGEST, type_of
from privacy.rights.switches import known_switches
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import EmailAddressField, LineField, TextField
from sens_site.lib.forms.honeypot import HoneypotMixin, trap
from sens_site.lib.months import add_months

GAP_LEFT = "Replace what stands in brackets by your own words: {gap}"
OLDEST_MONTHS = 12
"""How long ago a request that staff enter may have come."""
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


def _date_box(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=box)


class EntryForm(forms.Form):
    """A request that came by letter, telephone or email, or in person."""

    kind = forms.ChoiceField(label="What is asked for", choices=CHOOSE)
    channel = forms.ChoiceField(
        label="How it came",
        choices=[("", "Choose one"), *((one.value, one.label) for one in BY_HAND)],
    )
    received_on = _date_box(
        "Received on", "The day on which it reached the company. Its time runs from that day."
    )
    name = LineField(label="Name", max_length=NAME_MAX)
    email = EmailAddressField(label="Email", max_length=EMAIL_MAX, required=False)
    postal_address = TextField(
        label="Postal address",
        max_length=POSTAL_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    text = TextField(
        label="What the person says",
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    scan = forms.FileField(
        label="Scan of the letter",
        required=False,
        help_text="PDF, JPEG, PNG or TIFF, up to 10 MB. If this page comes again, choose it again.",
    )

    def clean_name(self) -> str:
        """Keep the name on one line: it stands in lists."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_received_on(self) -> date:
        """Refuse a day that has yet to come, and one that is more likely a slip of the pen."""
        day: date = self.cleaned_data["received_on"]
        today = timezone.localdate()
        if day > today:
            raise forms.ValidationError("Choose a day that is not in the future.")
        if day < add_months(today, -OLDEST_MONTHS):
            raise forms.ValidationError("Choose a day of the last twelve months.")
        return day

    def clean_scan(self) -> bytes:
        """Return what the file holds, if its first bytes say that it is a scan."""
        file = self.cleaned_data["scan"]
        if not file:
            return b""
        if file.size > LARGEST:
            raise forms.ValidationError("The file is larger than 10 MB.")
        content: bytes = file.read()
        if not type_of(content):
            raise forms.ValidationError("The file is no PDF, JPEG, PNG or TIFF, whatever its name.")
        return content

    def clean(self) -> dict[str, Any]:
        """Require a way in which to answer."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("email") or cleaned.get("postal_address") or self.errors):
            raise forms.ValidationError("Enter an email or a postal address: how else to answer?")
        return cleaned


class PostedForm(forms.Form):
    """The day on which a letter went out."""

    posted_on = _date_box("Posted on")


class MailedWordsForm(forms.Form):
    """Words that are mailed to the person, once nothing is left to be filled in."""

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        gap = gap_in(text)
        if gap:
            raise forms.ValidationError(GAP_LEFT.format(gap=gap))
        return text


POSTED_ON = _date_box(
    "Posted on",
    "Only where these words went by post: nothing is mailed then.",
    required=False,
)


class WordsForm(MailedWordsForm):
    """A reason or an answer that is sent to the person."""

    text = TextField(
        label="Words to the person", max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 14})
    )
    posted_on = POSTED_ON


class ReasonForm(MailedWordsForm):
    """Why more time is needed."""

    text = TextField(
        label="Reason",
        help_text="It is mailed to the person.",
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    posted_on = POSTED_ON


class RefusalForm(ReasonForm):
    """Ground and reason of a refusal."""

    ground = forms.ChoiceField(choices=[("", "Choose one"), *Ground.choices])
    field_order = ("ground", "text", "posted_on")


class FeeForm(ReasonForm):
    """Ground, amount and reason of a fee."""

    ground = forms.ChoiceField(
        choices=[("", "Choose one"), *[(g.value, g.label) for g in Ground if g in FEE_GROUNDS]]
    )
    amount = LineField(label="Amount", max_length=40, help_text="With its currency, like 20 USD.")
    field_order = ("ground", "amount", "text", "posted_on")


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
    due_on = _date_box("Due")

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


class NoVendorForm(forms.Form):
    """Why no vendor has anything to do."""

    text = TextField(
        label="Reason",
        help_text="Which vendors there are, and how you know that they hold nothing of this.",
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LiftForm(MailedWordsForm):
    """Why a restriction ends."""

    text = ReasonForm.base_fields["text"]


class SystemForm(forms.Form):
    """What was found and done in a system outside the site."""

    system = forms.ChoiceField(choices=lambda: [(one.name, one.name) for one in _systems()])
    text = TextField(
        label="Evidence",
        help_text="What you looked for, what you found, what you did. Or: nothing found.",
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _systems() -> Iterable[OutsideSystem]:
    return OutsideSystem.objects.filter(is_used=True)


class CorrectionForm(forms.Form):
    """What is stored now, to be set right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, (label, longest) in correctable_columns().items():
            self.fields[key] = LineField(label=label, max_length=longest, required=False)


class SwitchForm(forms.Form):
    """What is to be switched off."""

    switches = forms.MultipleChoiceField(
        label="Switch off",
        choices=lambda: [(one.key, one.label) for one in known_switches()],
        widget=forms.CheckboxSelectMultiple,
    )


class HandlerForm(forms.Form):
    """Who handles a request."""

    handler = forms.ChoiceField(
        required=False, choices=lambda: [("", "Nobody"), *handling.handlers()]
    )


class NoteForm(forms.Form):
    """What colleagues should know."""

    text = TextField(
        label="Note",
        help_text="For colleagues. Who asks for a copy of their information gets this, too.",
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReminderForm(forms.Form):
    """On which day to look again."""

    remind_on = _date_box("Remind us on", "Leave it empty for no reminder.", required=False)
