"""The accounts room as a Django app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    """See the package's docstring."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Say who is told when a policy changes, what an objection stops, what staff may correct."""
        from accounts.data_subject_switches import (  # noqa: PLC0415 - needs loaded models
            PROFILE,
            SWITCHES,
        )
        from accounts.services import (  # noqa: PLC0415 - needs loaded models
            heed_objection,
            verified_addresses,
        )
        from privacy.policy.notices import register_audience  # noqa: PLC0415 - beside its use
        from privacy.rights.corrections import (  # noqa: PLC0415 - beside its use
            register_correctable,
        )
        from privacy.rights.objections import register_objection  # noqa: PLC0415 - beside its use
        from privacy.rights.switches import register_switches  # noqa: PLC0415 - beside its use

        register_audience("customers", verified_addresses)
        register_objection("accounts", heed_objection)
        register_correctable("accounts", PROFILE)
        register_switches(*SWITCHES)


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin app, with our own site."""

    default = False
    default_site = "accounts.admin_site.SecureAdminSite"
