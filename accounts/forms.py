"""Forms of the accounts room."""

from django import forms
from django.http import HttpRequest


class RegistrationDetailsForm(forms.Form):
    """What registration asks beside username, e-mail and password. All optional."""

    def signup(self, request: HttpRequest, user: object) -> None:
        """Store the details on the new user."""
