"""The news room as a Django app."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """See the package's docstring."""

    name = "news"

    def ready(self) -> None:
        """Register the check."""
        from news import checks  # noqa: F401, PLC0415 - registers on import, needs loaded apps
