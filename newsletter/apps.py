"""The newsletter room as a Django app."""

from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    """See the package's docstring."""

    name = "newsletter"

    def ready(self) -> None:
        """Say of issues who may see their mails, and what is asked before one leaves."""
        import newsletter.sending  # noqa: F401, PLC0415 - registers on import, needs loaded apps
