"""The admin's doors lead through ours, where limits and the second factor are."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator

from audit_log.desk import AuditedSite
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.http.csp import run_scripts


class SecureAdminSite(AuditedSite):
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

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        """Refuse who has no right at all at a table, before a page can say which rows there are.

        Django's own looks for the row first, and leads to the front page where there is none.
        """

        @wraps(view)
        def walled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            match = request.resolver_match
            table, _ = self.table_and_page((match and match.url_name) or "")
            if table is not None and not holds_any_right(request.user, table):
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            run_scripts(response)
            return response

        return super().admin_view(walled, cacheable)

    def get_urls(self) -> list[Any]:
        """Add the pages of the set-up."""
        from accounts import desk_views  # noqa: PLC0415 - asks for this site itself

        view = self.admin_view
        return [
            path("mail-to-me/", view(desk_views.how_mail_comes), name="staff_mail"),
            path("set-up/", view(desk_views.set_up), name="set_up"),
            path("set-up/mail/", view(desk_views.mail_to_oneself), name="set_up_mail"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the tables that somebody may open, their addresses looked up once for each set of rights.

        Every page of the desk asks for them, and four addresses for each table take most of its time.
        """
        rights = tuple(
            (table._meta.label, *sorted(act for act, may in here.items() if may))
            for table in filter(self.is_registered, apps.get_models())
            for at_the_desk in (self.get_model_admin(table),)
            if app_label in (None, table._meta.app_label)
            and at_the_desk.has_module_permission(request)
            and any((here := at_the_desk.get_model_perms(request)).values())
        )
        listed = super().get_app_list
        return fragment(("desk tables", app_label, rights), lambda: listed(request, app_label))

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Refuse an app that is there and not theirs; only what is nowhere is not found."""
        known = {model._meta.app_label for model in apps.get_models() if self.is_registered(model)}
        if app_label in known and not self.get_app_list(request, app_label):
            raise PermissionDenied
        return super().app_index(request, app_label, extra_context)


def holds_any_right(person: Any, table: type[Model]) -> bool:
    """Tell whether somebody has any right at a table: Django's own ones, or one of the table's."""
    meta = table._meta
    names = [get_permission_codename(act, meta) for act in ("view", "add", "change", "delete")]
    names += [name for name, _ in meta.permissions]
    if person.is_active and person.is_superuser:
        return True
    return not person.get_all_permissions().isdisjoint(f"{meta.app_label}.{n}" for n in names)
