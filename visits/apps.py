"""The room of the visit statistics as a Django app."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """See the package's docstring."""

    name = "visits"

    def ready(self) -> None:
        """Have the end of a consent reach this room's rows."""
        import visits.withdrawal  # noqa: F401, PLC0415 - registers on import
