"""The list of who did what as a Django app."""

from django.apps import AppConfig


class AuditLogConfig(AppConfig):
    """See the package's docstring."""

    name = "audit_log"
    verbose_name = "Who did what"

    def ready(self) -> None:
        """Lock the rows."""
        from audit_log import guards  # noqa: F401, PLC0415 - registers on import
