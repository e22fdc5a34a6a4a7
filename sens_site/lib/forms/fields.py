"""Form fields for what people type: guarded, and saying one thing at a time."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from sens_site.lib.email_address import AddressError, as_stored, canonical
from sens_site.lib.forms.text_guard import guard, is_blank

EMAIL_FORMAT = "Enter an email address in the correct format, like name@example.com"


def validate_address(value: str) -> None:
    """Refuse what is no address that can be written in one way (law 15)."""
    try:
        canonical(value)
    except AddressError as error:
        raise ValidationError(EMAIL_FORMAT, code="invalid") from error


class TextField(forms.CharField):
    """Text of several lines. Line ends count as one sign, as the sender sees them."""

    widget: type[forms.Widget] = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        guard(self, str(self.label or "This text"))

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
    widget: type[forms.Widget] = forms.TextInput


class EmailAddressField(LineField):
    default_error_messages = {"invalid": EMAIL_FORMAT}
    default_validators = [validate_address]
    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # What is too long is told so, rather than that it is no address.
        self.validators.sort(key=lambda one: not isinstance(one, MaxLengthValidator))

    def clean(self, value: Any) -> str:
        """Return the one spelling of the mailbox."""
        typed: str = super().clean(value)
        return as_stored(typed) if typed else typed


def day_box() -> forms.DateInput:
    """A box in which browsers help to choose a day, also without script."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
