"""The contact room as a Django app."""

from django.apps import AppConfig


class ContactConfig(AppConfig):
    """See the package's docstring."""

    name = "contact"
