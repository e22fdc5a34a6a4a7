"""The catalogue in the admin: shown, never edited. Code decides (privacy/consent/entries.py)."""

from typing import Any

from cookie_consent.models import Cookie, CookieGroup
from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that may be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# The package's own admin lets staff edit what then decides nothing.
admin.site.unregister(CookieGroup)
admin.site.unregister(Cookie)


@admin.register(CookieGroup)
class CookieGroupAdmin(ReadOnlyAdmin):
    list_display = ("name", "varname", "is_required", "description")


@admin.register(Cookie)
class CookieAdmin(ReadOnlyAdmin):
    list_display = ("name", "cookiegroup", "domain", "description")
    list_filter = ("cookiegroup",)
    list_select_related = ("cookiegroup",)
