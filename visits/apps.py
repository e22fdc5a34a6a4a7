"""The room of the visit statistics as a Django app."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """See the package's docstring."""

    name = "visits"
