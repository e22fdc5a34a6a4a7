"""What staff call alike, and what visitors did not find."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from search import services
from search.forms import SynonymForm
from search.models import Miss, Synonym
from sens_site.lib.admin.edit_stamp import EditStampMixin


@admin.register(Synonym)
class SynonymAdmin(EditStampMixin[Synonym]):
    """Words that mean the same."""

    form = SynonymForm
    search_fields = ("words",)
    actions = None

    def save_model(self, request: HttpRequest, obj: Synonym, form: Any, change: Any) -> None:
        """Hand over to the service."""
        services.save_synonym(obj)

    def delete_model(self, request: HttpRequest, obj: Synonym) -> None:
        """Hand over to the service."""
        services.delete_synonym(obj)


@admin.register(Miss)
class MissAdmin(admin.ModelAdmin[Miss]):
    """Searches that found nothing. Staff delete what should not have been kept, and change nothing."""

    list_display = ("words", "count", "day")
    search_fields = ("words",)
    date_hierarchy = "day"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
