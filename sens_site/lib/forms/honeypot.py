"""A form field that people never meet and that programs fill in.

Stands off screen by a class (an inline style would break the CSP; `type=hidden` is skipped by
most programs), out of the tab order, hidden from assistive technology, and under a name that no
browser fills in by itself. A hit is never an error message: the view sets the message aside for a
person and answers as always (law 11).
"""

from crispy_forms.layout import Div
from django import forms

TRAP = "subject_line"


class TrapField(forms.Field):
    """Takes whatever comes, unchecked: a bad value in here is a hit and not a mistake."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label="Leave this field empty",
            widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
        )


class HoneypotMixin(forms.Form):
    """Adds the field to a form. Put `trap()` into the form's layout."""

    subject_line = TrapField()

    @property
    def trapped(self) -> bool:
        """Whether something was filled in. Ask after `is_valid()`."""
        return bool(str(self.cleaned_data.get(TRAP) or "").strip())


def trap() -> Div:
    """Return the layout object that draws the field out of everybody's way."""
    return Div(TRAP, css_class="trap", aria_hidden="true")
