"""The search room as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SearchConfig(AppConfig):
    """See the package's docstring."""

    name = "search"

    def ready(self) -> None:
        """Learn what each room has to be found, and stand ready for error pages."""
        from search.finding import nearest  # noqa: PLC0415 - needs loaded apps
        from sens_site.lib.http.nearest_pages import nearest_by  # noqa: PLC0415 - as above

        autodiscover_modules("search_sources")
        nearest_by(nearest)
