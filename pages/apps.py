"""The pages room as a Django app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """See the package's docstring."""

    name = "pages"
