"""The composition as a Django app, for its commands and checks."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Registers the system checks that look at the whole site."""

    name = "sens_site"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register the checks."""
        from sens_site import checks  # noqa: F401, PLC0415 - registers on import, needs loaded apps
