"""The newsletter room as a Django app."""

from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    """See the package's docstring."""

    name = "newsletter"
