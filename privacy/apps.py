"""The privacy room as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from sens_site.lib.guards import install_after_migrate


def sync_catalogue(using: str, **kwargs: Any) -> None:
    """Write the consent catalogue into its tables, once both apps have theirs."""
    from privacy.consent import catalogue_tables as tables  # noqa: PLC0415 - needs loaded models

    present = connections[using].introspection.table_names() if using == "default" else []
    if {"cookie_consent_cookie", "privacy_serviceswitch"}.issubset(present):
        tables.sync_catalogue()
        tables.sync_switches()


class PrivacyConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy"

    def ready(self) -> None:
        """Register checks, the data maps of all rooms, and what happens after migrations."""
        import privacy.checks  # noqa: PLC0415 - registers on import

        autodiscover_modules("data_map")
        import privacy.consent.checks  # noqa: PLC0415 - registers on import
        import privacy.consent.guards  # noqa: PLC0415 - registers on import
        import privacy.policy.guards  # noqa: PLC0415 - registers on import
        import privacy.rights.guards  # noqa: F401, PLC0415 - registers on import
        from privacy.policy import promise_obstacles  # noqa: F401, PLC0415 - registers on import
        from privacy.policy.promises import checks  # noqa: F401, PLC0415 - registers on import

        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(sync_catalogue, sender=self)
