"""People in the admin."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm, UsernameField
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.erasure import erase_account
from accounts.models import PolicyAcceptance, User
from accounts.services import set_verified_address
from sens_site.lib.admin.read_only import ReadOnlyAdmin

# allauth's own pages would let staff edit addresses behind the account's back, see the secrets of
# second factors, and write addresses into the admin log.
for model in (EmailAddress, Authenticator):
    admin.site.unregister(model)


class AddPersonForm(AdminUserCreationForm):
    """A new account: like registration, an e-mail address is required."""

    email = forms.EmailField(help_text="Counts as confirmed. No mail is sent.")

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


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """Customers and staff. Deleting here erases as the person's own page does."""

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
            "Log-in",
            {"fields": ("last_login", "date_joined", "second_factor", "sessions_now")},
        ),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("username", "email", "usable_password", "password1", "password2")},
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
        if not change or "email" in form.changed_data:
            set_verified_address(obj, email=obj.email)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Erase."""
        erase_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Erase one after the other."""
        for person in queryset:
            erase_account(person)


@admin.register(PolicyAcceptance)
class PolicyAcceptanceAdmin(ReadOnlyAdmin[PolicyAcceptance]):
    """Who accepted what. A record: it goes with the account, and not by itself."""

    list_display = ("user", "version", "accepted_at")
    list_filter = ("version",)
    list_select_related: ClassVar[list[str]] = ["user", "version__policy"]
    search_fields = ("user__username",)
