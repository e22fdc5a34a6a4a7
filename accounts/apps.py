"""The accounts room as a Django app."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.admin import autodiscover
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AccountsConfig(AppConfig):
    """See the package's docstring."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Say who is told of a new policy, what an objection stops, what the desk may correct and notes."""
        from accounts.data_subject_switches import (  # noqa: PLC0415 - needs loaded models
            PROFILE,
            SWITCHES,
        )
        from accounts.services import (  # noqa: PLC0415 - needs loaded models
            heed_objection,
            verified_addresses,
        )
        from accounts.staff_mail import mailboxes_for  # noqa: PLC0415 - needs loaded models
        from accounts.staff_trail import about_nobody  # noqa: PLC0415 - needs loaded models
        from audit_log.services import register_what_may_be_kept  # noqa: PLC0415 - beside its use
        from outbox.staff_mail import register_staff  # noqa: PLC0415 - beside its use
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
        register_what_may_be_kept(about_nobody)
        register_staff(mailboxes_for)


class AdminConfig(admin_apps.SimpleAdminConfig):
    """Django's admin app, with our own site.

    The rooms' `admin.py` are imported with the addresses, not at start: the worker serves no page.
    """

    default = False
    default_site = "accounts.admin_site.SecureAdminSite"

    def ready(self) -> None:
        """Register Django's checks of the admin, which look at what is registered."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_whole_admin, checks.Tags.admin)


def check_whole_admin(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Check each room's part of the admin, as Django does."""
    autodiscover()
    return check_admin_app(app_configs, **kwargs)
