"""The admin's doors lead through ours, where limits and the second factor are."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def to_own_password_page(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Send staff to the page that also ends other sessions and writes a notice."""
    return redirect("account_change_password")


def secure(site: AdminSite) -> None:
    """Replace the admin's own log-in and password pages. Called once, in `sens_site.urls`."""
    site.login = secure_admin_login(site.login)  # type: ignore[method-assign, no-untyped-call]
    site.password_change = to_own_password_page  # type: ignore[method-assign,assignment]
