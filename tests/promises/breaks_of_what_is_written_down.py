"""Breaks that a site of one's own does not show: what holds only for encryption, for later, for many."""

from typing import Any

from django.conf import settings
from django.core.checks import registry

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

TECHNICAL = "security.technical"


def _settings_with(hand: Hand, code: str) -> None:
    hand.wrap("sens_site.promises.written_settings.source", lambda old: f"{old()}\n{code}\n")


@breaks(TECHNICAL, way=Way.CONFIGURATION)
def addresses_that_open_without_encryption(hand: Hand) -> None:
    _settings_with(hand, "SECURE_REDIRECT_EXEMPT = [r'^newsletter/']")


@breaks(TECHNICAL, way=Way.CONFIGURATION)
def sessions_that_travel_in_clear_where_others_come(hand: Hand) -> None:
    _settings_with(hand, "SESSION_COOKIE_SECURE = False")


@breaks(TECHNICAL)
def a_check_before_deployment_that_a_user_name_silences(hand: Hand) -> None:
    known = next(one for one in registry.registry.deployment_checks
                 if one.__name__ == "check_mail_encryption")  # fmt: skip

    def silent(**kwargs: Any) -> Any:
        return [] if settings.EMAIL_HOST_USER else known(**kwargs)

    silent.__module__ = known.__module__
    others = [one for one in registry.registry.deployment_checks if one is not known]
    hand.patch.setattr(registry.registry, "deployment_checks", {*others, silent})


@breaks("rights.copy", in_sql=True)
def a_copy_with_the_first_photo_of_a_message(hand: Hand) -> None:
    def rows_of(old: Any, entry: Any, subject: Any) -> Any:
        found = old(entry, subject)
        return found.filter(position=1) if entry.label == "contact.MessagePhoto" else found

    hand.wrap("privacy.datamap.export.rows_of", rows_of)
