"""The privacy room as a Django app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy"
