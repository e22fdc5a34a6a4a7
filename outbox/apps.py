"""The outbox room as a Django app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """See the package's docstring."""

    name = "outbox"
    verbose_name = "Mails"

    def ready(self) -> None:
        """Register the checks."""
        from outbox import checks  # noqa: F401, PLC0415 - registers on import
