"""The privacy room as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


def sync_catalogue(using: str, **kwargs: Any) -> None:
    """Write the consent catalogue into its tables, once both apps have theirs."""
    from privacy.consent.services import sync_catalogue  # noqa: PLC0415 - needs loaded models

    if (
        using == "default"
        and "cookie_consent_cookie" in connections[using].introspection.table_names()
    ):
        sync_catalogue()


class PrivacyConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy"

    def ready(self) -> None:
        """Register checks, the data maps of all rooms, and what happens after migrations."""
        import privacy.checks  # noqa: F401, PLC0415 - registers on import

        autodiscover_modules("data_map")
        from privacy.policy.promises import checks  # noqa: F401, PLC0415 - registers on import

        post_migrate.connect(sync_catalogue, sender=self)
