"""The admin's doors lead through ours, where limits and the second factor are."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator


class SecureAdminSite(AdminSite):
    """Django's admin. `accounts.apps.AdminConfig` makes it the site's own."""

    @method_decorator(secure_admin_login)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send whoever is not signed in to our own log-in page."""
        return super().login(request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Send staff to the page that also ends other sessions and writes a notice."""
        return redirect("account_change_password")
