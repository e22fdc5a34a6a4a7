"""The form in which anybody brings a receipt to be checked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from privacy.consent.receipt_check import Brought, UnreadableError, read
from sens_site.lib.forms.base import SiteForm

MAX_LENGTH = 60_000


class ReceiptForm(SiteForm):
    """A file or a text. What it holds is read here and kept nowhere."""

    submit_label = "Check the receipt"
    form_action = "consent:receipt-check"

    file = forms.FileField(
        label="The file that you saved",
        required=False,
        help_text="It ends in .json",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        error_messages={"empty": "The file is empty. Choose the receipt that you saved."},
    )
    text = forms.CharField(
        label="Or the text of the receipt",
        required=False,
        help_text="Everything that stands in the file, from the first { to the last }",
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": "8", "spellcheck": "false", "autocomplete": "off"}),
    )
    brought: Brought

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if bool(file) == bool(text):
            raise ValidationError(
                "Choose one: the file or the text." if file else "Choose a file, or paste its text."
            )
        try:
            self.brought = read(file.read() if file else text.encode())
        except UnreadableError as error:
            self.add_error("file" if file else "text", f"This cannot be checked. {error}")
        return cleaned
