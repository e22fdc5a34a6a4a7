"""The composition as a Django app, for its commands and checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SiteConfig(AppConfig):
    """Registers the system checks that look at the whole site."""

    name = "sens_site"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register the checks, and each app's `public_pages.py`, as the admin finds `admin.py`.

        The checks of an installation look at the rooms, which stand above this module.
        """
        from sens_site import checks, interface_words, told_periods  # noqa: F401, PLC0415 - register on import

        autodiscover_modules("public_pages", "deploy_checks", "own_rows")
