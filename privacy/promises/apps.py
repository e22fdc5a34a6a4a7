"""The promises as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from sens_site.lib.row_guards import install_after_migrate


class PromisesConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy.promises"
    verbose_name = "Promises"

    def ready(self) -> None:
        """Register checks, marks and obstacles, and have the guards written after a migration."""
        post_migrate.connect(install_after_migrate, sender=self)
        import privacy.promises.checks  # noqa: PLC0415 - registers on import
        import privacy.promises.history  # noqa: PLC0415 - registers on import
        import privacy.promises.marks  # noqa: PLC0415 - registers on import
        import privacy.promises.sealing_obstacles  # noqa: F401, PLC0415 - registers on import
