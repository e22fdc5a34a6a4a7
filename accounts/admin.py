"""People in the admin."""

from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm, UsernameField
from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.erasure import erase_account
from accounts.models import PolicyAcceptance, User
from accounts.registration import is_nobodys
from accounts.services import (
    RESET_RIGHT,
    NoResetError,
    invite,
    mail_password_link,
    reset_second_factor,
    set_verified_address,
)
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.lib.admin.steps import Step, StepsMixin
from sens_site.lib.forms.fields import EmailAddressField

# allauth's own pages would let staff edit addresses behind the account's back, see the secrets of
# second factors, and write addresses into the admin log.
for model in (EmailAddress, Authenticator):
    admin.site.unregister(model)


RESET: Step[User] = Step(
    slug="reset-second-factor",
    label="Reset second factor",
    question=(
        "Make sure by voice or in person that it is the owner who asks. Authenticator app and "
        "recovery codes are removed, the owner is logged out everywhere and told so by email."
    ),
    done="Second factor removed.",
    run=lambda person, by, data: reset_second_factor(person, by=cast("User", by)),
    offered=lambda person: Authenticator.objects.filter(user=person).exists(),
    danger=True,
)

# In the place of Django's page on which staff type a password for somebody else.
PASSWORD: Step[User] = Step(
    slug="password",
    label="Mail a link for a new password",
    question="The link goes to the address of the account and works for one hour.",
    done="A link for a new password was mailed.",
    run=lambda person, by, data: mail_password_link(person),
    offered=lambda person: person.is_active and not is_nobodys(person.email),
)


class AddPersonForm(forms.ModelForm[User]):
    """A new account: like registration, an e-mail address is required. No password: see `invite`."""

    email = EmailAddressField(
        label="Email address",
        help_text="Counts as confirmed. A link is mailed there, by which the person chooses a password.",
    )

    class Meta:
        model = User
        fields = ("username", "email")
        field_classes = {"username": UsernameField}


class ChangePersonForm(UserChangeForm[User]):
    """An account as it is."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"username": UsernameField}
        help_texts = {
            "is_active": "Whether the person can log in. This deletes nothing: Delete erases the account."
        }


@admin.register(User)
class PersonAdmin(EditStampMixin[User], StepsMixin[User], UserAdmin[User]):
    """Customers and staff. Deleting here erases as the person's own page does."""

    steps = (PASSWORD, RESET)
    step_right = RESET_RIGHT
    back_label = "Back to the account"
    not_offered = "Nothing was changed: this cannot be done with the account as it is now."
    refusals = {NoResetError: "{error}"}
    form = ChangePersonForm
    add_form = AddPersonForm
    list_display = ("username", "email", "name", "company", "is_staff", "is_active", "sessions_now")
    list_filter = ("is_staff", "is_superuser", "is_active", "date_joined", "groups")
    search_fields = ("username", "email", "name", "company")
    readonly_fields = (
        "last_login", "date_joined", "marketing_opt_in_at", "confirmed", "second_factor",
        "sessions_now",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("email", "confirmed", *User.PROFILE)}),
        ("Choices", {"fields": ("marketing_opt_in_at",)}),
        (
            "Rights",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (
            "Login",
            {"fields": ("last_login", "date_joined", "second_factor", "sessions_now")},
        ),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("username", "email")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Count sessions in the same query."""
        now = timezone.now()
        signed_in = Q(sessions__signed_in_at__isnull=False, sessions__expire_date__gt=now)
        return super().get_queryset(request).annotate(open_sessions=Count("sessions", signed_in))

    @admin.display(description="open sessions", ordering="open_sessions")
    def sessions_now(self, person: Any) -> int:
        """Tell on how many devices the person is signed in."""
        return person.open_sessions if person.pk else 0

    @admin.display(description="email confirmed", boolean=True)
    def confirmed(self, person: User) -> bool:
        """Tell whether the person has proven to read mail there."""
        return EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists()

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, person: User) -> bool:
        """Tell whether log-in asks for a code."""
        return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Keep allauth's address row in step with the account."""
        super().save_model(request, obj, form, change)
        if not change:
            invite(obj)
        elif "email" in form.changed_data:
            set_verified_address(obj, email=obj.email)

    def offered_steps(self, request: HttpRequest, row: User) -> list[dict[str, str]]:
        """Offer nobody to reset their own: it takes two persons."""
        return [] if row == request.user else super().offered_steps(request, row)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Erase."""
        erase_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Erase one after the other."""
        for person in queryset:
            erase_account(person)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(EditStampMixin[Group], GroupAdmin):
    """What each role may do."""


@admin.register(PolicyAcceptance)
class PolicyAcceptanceAdmin(ReadOnlyAdmin[PolicyAcceptance]):
    """Who accepted or was shown what. A record: it goes with the account, and not by itself."""

    list_display = ("user", "version", "kind", "at")
    list_filter = ("kind", "version")
    list_select_related: ClassVar[list[str]] = ["user", "version__policy"]
    search_fields = ("user__username",)
