"""The downloads room as a Django app."""

from django.apps import AppConfig


class DownloadsConfig(AppConfig):
    """See the package's docstring."""

    name = "downloads"
