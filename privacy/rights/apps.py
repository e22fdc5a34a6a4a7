"""The rights of data subjects as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from sens_site.lib.row_guards import install_after_migrate


class RightsConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy.rights"
    verbose_name = "Requests"

    def ready(self) -> None:
        """Register guards, chain and holds, and have the guards written after each migration."""
        import privacy.rights.guards  # noqa: PLC0415 - registers on import
        import privacy.rights.request_chain  # noqa: PLC0415 - registers on import
        import privacy.rights.restrictions  # noqa: F401, PLC0415 - registers on import

        post_migrate.connect(install_after_migrate, sender=self)
