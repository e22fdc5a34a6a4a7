"""Forms of registration, log-in, profile and deletion."""

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context as allauth_context
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts import registration
from accounts.models import Registration, User
from accounts.shown_policies import Change, ShownPolicies
from accounts.validators import OwnNamesValidator, one_spelling, username_characters
from sens_site.lib.email_address import as_stored
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import EmailAddressField
from sens_site.lib.forms.text_guard import limit_length

WORDS_HINT = (
    "At least 12 characters. Three or four words that do not belong together work well. "
    "Spaces and all other characters are fine."
)
PASSWORD_MAX = 256
LOGIN_MAX = 254
POLICY_CHANGED = (
    "Version {number} of our {title} has come into force since this page was opened. You are not "
    "registered yet. Read what has changed, then send the form again"
)
PHONE_HINT = "Only if you want us to be able to call you."


class AccountForm(SiteForm):
    """A form of this room: labels instead of placeholders, one button with a name."""

    submit_name = ""

    def prepare_fields(self) -> None:
        """Bring the fields into the site's manner."""
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                # allauth's own folds the case of all scripts: a Kelvin sign became a k.
                self.fields[name] = EmailAddressField(
                    label=field.label, required=field.required, widget=field.widget
                )
            if isinstance(field.widget, forms.PasswordInput):
                limit_length(field, PASSWORD_MAX)
        super().prepare_fields()

    @property
    def helper(self) -> FormHelper:
        """Draw the button under the name that allauth looks for."""
        helper = super().helper
        helper.inputs = [Submit(self.submit_name, self.submit_label)]
        return helper


def new_password_field(form: forms.Form, name: str, label: str) -> None:
    """Ask once for a new password, with our words about it."""
    form.fields[name].label = label
    form.fields[name].help_text = WORDS_HINT


class ProfileFields(forms.ModelForm[User]):
    """What people may tell of themselves, when they register and later; all of it optional."""

    marketing = forms.BooleanField(
        label=f"Send me news about {settings.COMPANY.short_name} products by email",
        required=False,
        help_text="You can change this at any time in your profile.",
    )

    class Meta:
        model = User
        fields = User.PROFILE
        help_texts: ClassVar = {"phone": PHONE_HINT}
        widgets: ClassVar = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "company": forms.TextInput({"autocomplete": "organization"}),
            "position": forms.TextInput({"autocomplete": "organization-title"}),
            "phone": forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        }

    @property
    def details(self) -> dict[str, Any]:
        """The cleaned values, under the names that the services take."""
        return {name: self.cleaned_data[name] for name in (*User.PROFILE, "marketing")}


class LoginForm(AccountForm, allauth_forms.LoginForm):
    """Username or e-mail address, and password."""

    submit_label = "Log in"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""

    def prepare_fields(self) -> None:
        """Say our words."""
        login = self.fields["login"]
        login.label = "Username or email address"
        limit_length(login, LOGIN_MAX)
        login.widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        self.fields["remember"].label = "Keep me logged in on this device for 14 days"
        super().prepare_fields()

    def user_credentials(self) -> dict[str, str]:
        """Look a name up in one way only, so that known and unknown ones cost one hash each.

        A username never holds an @, so there is nothing to be unsure about.
        """
        login = self.cleaned_data["login"]
        by_address = "@" in login
        return {
            "email" if by_address else "username": as_stored(login) if by_address else login,
            "password": self.cleaned_data["password"],
        }


class RegistrationForm(AccountForm, allauth_forms.SignupForm, ProfileFields):  # type: ignore[misc]  # neither's `save` is used
    """A new account. Only username, e-mail address and password are required."""

    submit_label = "Register"
    field_order = ("username", "email", "password1", *User.PROFILE, "marketing")
    shown = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    password_hash = ""
    waiting: Registration | None = None
    """The registration of the same person, where this form comes again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.policies = ShownPolicies.in_force()
        self.changed_policies: list[Change] = []
        super().__init__(*args, **kwargs)
        self.initial["shown"] = self.policies.stamp

    def prepare_fields(self) -> None:
        """Say our words and put the fields into their order."""
        username = self.fields["username"]
        username.help_text = "3 to 40 letters, digits, dots, hyphens or underscores."
        username.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        username.validators = [username_characters]
        email = self.fields["email"]
        email.label = "Email address"
        email.help_text = "We send a link to this address to confirm that it is yours."
        new_password_field(self, "password1", "Password")
        self.order_fields(self.field_order)
        super().prepare_fields()

    def clean_username(self) -> str:
        """Check the rules. Whether the name is free is asked in `clean`."""
        username: str = self.cleaned_data["username"]
        return get_adapter().clean_username(username, shallow=True)

    def clean_email(self) -> str:
        """Take any address: whose it is decides what is mailed there, and changes no answer."""
        email: str = self.cleaned_data["email"]
        return email

    def clean(self) -> dict[str, Any]:
        """Refuse a username that is taken, but not to the very person who waits under it."""
        cleaned: dict[str, Any] = super().clean()
        if "password1" in cleaned and "password1" not in self.errors:
            self.refuse_own_names(cleaned)
        owner = User.objects.filter(username__iexact=cleaned.get("username", "")).first()
        self.waiting = self.of_the_same_person(owner) if owner else None
        if owner is not None and self.waiting is None:
            self.add_error("username", get_adapter().validation_error("username_taken"))
        self.compare_policies()
        return cleaned

    def of_the_same_person(self, owner: User) -> Registration | None:
        """Return the registration that waits under a username, to whom knows its password.

        A form that is sent twice is answered as if it had come once, and one that comes again with
        another address corrects it. Guesses count as those at log-in do.
        """
        row = Registration.objects.filter(user=owner).first()
        if row is None or "password1" not in self.cleaned_data:
            return None
        credentials = {"username": owner.username, "password": self.cleaned_data["password1"]}
        try:
            person = get_adapter().authenticate(allauth_context.request, **credentials)
        except ValidationError:
            return None
        spent = row.corrections >= registration.MOST_CORRECTIONS
        same_address = registration.is_address_of(row, self.cleaned_data.get("email", ""))
        return row if person and (same_address or not spent) else None

    def compare_policies(self) -> None:
        """Refuse when the page showed other versions, and show the ones in force instead."""
        self.errors.pop("shown", None)  # whatever is wrong with it, nobody has typed it
        self.changed_policies = self.policies.changes_since(self.cleaned_data.get("shown", ""))
        for change in self.changed_policies:
            title, number = change.version.policy.title.lower(), change.version.number
            self.add_error(None, POLICY_CHANGED.format(title=title, number=number))
        self.data = {name: self.data[name] for name in self.data} | {"shown": self.policies.stamp}

    def refuse_own_names(self, cleaned: dict[str, Any]) -> None:
        """Judge the password by all names in the form: allauth knows of two only."""
        names = {field: cleaned.get(field) or "" for field in ("username", "name", "company")}
        try:
            OwnNamesValidator().validate(cleaned["password1"], User(**names))
        except ValidationError as error:
            self.add_error("password1", error)

    def hash_password(self) -> None:
        """Hash now: for known and unknown addresses alike, and while no lock is held."""
        self.password_hash = make_password(one_spelling(self.cleaned_data["password1"]))

    def register(self, request: HttpRequest) -> registration.SentTo:
        """Store what was typed, and say where the mail went."""
        told = {"email": self.cleaned_data["email"], "shown": self.policies, **self.details}
        if self.waiting is not None:
            return registration.register_again(request, self.waiting, **told)
        return registration.register(
            request,
            username=self.cleaned_data["username"],
            password_hash=self.password_hash,
            **told,
        )


class CorrectAddressForm(AccountForm):
    """The address to which the link goes, as it should have been typed."""

    submit_label = "Send a link to this address"
    email = EmailAddressField(label="Email address")


class ChangeAddressForm(AccountForm, allauth_forms.AddEmailForm):
    """A new e-mail address, which replaces the old one when it is confirmed."""

    submit_name = "action_add"
    submit_label = "Change email address"

    def prepare_fields(self) -> None:
        """Say our words."""
        self.fields["email"].label = "New email address"
        super().prepare_fields()


class ChangePasswordForm(AccountForm, allauth_forms.ChangePasswordForm):
    """The old password and a new one."""

    submit_label = "Change password"

    def prepare_fields(self) -> None:
        """Ask once: a password manager or the reset link helps with a slip."""
        self.fields.pop("password2", None)
        self.fields["oldpassword"].label = "Password you use now"
        self.fields["oldpassword"].help_text = ""
        new_password_field(self, "password1", "New password")
        super().prepare_fields()


class ForgottenPasswordForm(AccountForm, allauth_forms.ResetPasswordForm):
    """The address to which a reset link goes."""

    submit_label = "Send me a link"

    def prepare_fields(self) -> None:
        """Say our words."""
        self.fields["email"].label = "Email address"
        super().prepare_fields()


class NewPasswordForm(AccountForm, allauth_forms.ResetPasswordKeyForm):
    """The new password, behind the reset link."""

    submit_label = "Save new password"

    def prepare_fields(self) -> None:
        """Ask once."""
        self.fields.pop("password2", None)
        new_password_field(self, "password1", "New password")
        super().prepare_fields()


class ReauthenticateForm(AccountForm, allauth_forms.ReauthenticateForm):
    """The password, once more."""

    submit_label = "Continue"

    def prepare_fields(self) -> None:
        """Leave out the reset link: it stands under the form."""
        self.fields["password"].help_text = ""
        super().prepare_fields()


class ProfileForm(AccountForm, ProfileFields):
    """What a person may change about itself."""

    submit_label = "Save changes"

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        marketing = instance.marketing_opt_in_at is not None
        super().__init__(*args, instance=instance, initial={"marketing": marketing}, **kwargs)
        # Named, so that "saved" is not carried over to a page that has a mistake to tell.
        self.form_action = reverse("accounts:profile")


class DeleteForm(AccountForm):
    """The username, typed: nobody deletes an account by one wrong click."""

    submit_label = "Delete my account"
    username = forms.CharField(
        label="Username",
        max_length=254,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_username(self) -> str:
        """Compare with the account's, in any case."""
        typed: str = self.cleaned_data["username"]
        if typed.lower() != self.user.username.lower():
            raise ValidationError("That is not your username. Type it as it is written above")
        return typed

    @property
    def helper(self) -> FormHelper:
        """Draw the button as one that destroys."""
        helper = super().helper
        helper.inputs = [Submit("", self.submit_label, css_class="danger")]
        return helper
