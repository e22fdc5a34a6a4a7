"""Consent as a Django app."""

import logging
from contextlib import AbstractContextManager
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from privacy.promises.registry import look_within
from sens_site.lib.row_guards import install_after_migrate

logger = logging.getLogger(__name__)


def sync_catalogue(using: str, **kwargs: Any) -> None:
    """Write the catalogue into its tables, once this app and cookie_consent have theirs."""
    from privacy.consent.offer import tables  # noqa: PLC0415 - needs loaded models

    present = connections[using].introspection.table_names() if using == "default" else []
    if {"cookie_consent_cookie", "consent_serviceswitch"}.issubset(present):
        tables.sync_catalogue()
        tables.sync_switches()


def as_offered_now() -> AbstractContextManager[None]:
    """Have checks look at the offer as visitors get it, whichever process runs them."""
    from privacy.consent.offer.current import current_offer, rehearse_offer  # noqa: PLC0415 - needs loaded models
    from privacy.consent.offer.loading import load_offer  # noqa: PLC0415 - needs loaded models

    try:
        offer = load_offer()
    except Exception:
        # What visitors then get is for a check to say (`usage.shared-with-partners`).
        logger.exception("The offer cannot be read")
        offer = current_offer()
    return rehearse_offer(offer)


class ConsentConfig(AppConfig):
    """See the package's docstring."""

    name = "privacy.consent"
    verbose_name = "Consent"

    def ready(self) -> None:
        """Register checks, guards and chain, and what happens after each migration."""
        import privacy.consent.checks  # noqa: PLC0415 - registers on import
        import privacy.consent.guards  # noqa: PLC0415 - registers on import
        import privacy.consent.receipt_chain  # noqa: F401, PLC0415 - registers on import

        look_within(as_offered_now)
        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(sync_catalogue, sender=self)
