"""The policy as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from sens_site.lib.row_guards import install_after_migrate


class PolicyConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy.policy"
    verbose_name = "Policy"

    def ready(self) -> None:
        """Register checks, guards and chains, and have the guards written after each migration."""
        import privacy.policy.checks  # noqa: PLC0415 - registers on import
        import privacy.policy.guards  # noqa: PLC0415 - registers on import
        import privacy.policy.policy_chains  # noqa: F401, PLC0415 - registers on import

        post_migrate.connect(install_after_migrate, sender=self)
