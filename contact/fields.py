"""Form fields that check what a visitor typed and say one thing at a time."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

from contact.validators import is_blank, validate_one_line, validate_readable
from sens_site.lib.email_address import as_stored
from sens_site.lib.email_field import validate_canonical


class TextField(forms.CharField):
    """Text of several lines. Line ends count as one sign, as the sender sees them."""

    default_validators = [validate_readable]
    widget: type[forms.Widget] = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # `validate_readable` refuses NUL along with its kind, in words of ours.
        self.validators = [
            validator
            for validator in self.validators
            if not isinstance(validator, ProhibitNullCharactersValidator)
        ]

    def to_python(self, value: Any) -> str:
        """Bring line ends to one form, and take a text of invisible signs for no text."""
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        return "" if is_blank(text) and "\x00" not in text else text

    def run_validators(self, value: Any) -> None:
        """Stop at the first fault: one message tells what to do, three do not."""
        if value in self.empty_values:
            return
        for validator in self.validators:
            try:
                validator(value)
            except ValidationError as error:
                message = self.error_messages.get(error.code or "", error.message)
                raise ValidationError(message, error.code, getattr(error, "params", None)) from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave `maxlength` out: it cuts a pasted text off without a word."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class LineField(TextField):
    """Text of one line."""

    default_validators = [validate_readable, validate_one_line]
    widget: type[forms.Widget] = forms.TextInput


class EmailAddressField(LineField):
    """An e-mail address to which a mail can be written."""

    default_validators = [validate_canonical]
    widget = forms.EmailInput

    def clean(self, value: Any) -> str:
        """Return the one spelling of the mailbox."""
        typed: str = super().clean(value)
        return as_stored(typed) if typed else typed
