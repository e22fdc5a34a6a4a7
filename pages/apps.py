"""The pages room as a Django app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """See the package's docstring."""

    name = "pages"

    def ready(self) -> None:
        """Register the checks."""
        from pages import checks  # noqa: F401, PLC0415 - registers on import, needs loaded apps
