"""The data map as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DatamapConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy.datamap"
    verbose_name = "Data map"

    def ready(self) -> None:
        """Register the checks, and the data maps of all rooms."""
        import privacy.datamap.backups  # noqa: PLC0415 - as below
        import privacy.datamap.checks  # noqa: F401, PLC0415 - each registers its checks

        autodiscover_modules("data_map")
