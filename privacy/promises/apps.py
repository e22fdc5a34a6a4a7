"""The promises as a Django app."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy.promises"
    verbose_name = "Promises"

    def ready(self) -> None:
        """Register the checks of the start, the marks of a text, and what stops its sealing."""
        import privacy.promises.checks  # noqa: PLC0415 - registers on import
        import privacy.promises.marks  # noqa: PLC0415 - registers on import
        import privacy.promises.sealing_obstacles  # noqa: F401, PLC0415 - registers on import
