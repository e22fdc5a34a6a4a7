"""Breaks by the settings alone: mailboxes and servers of others, files of mails, folders, log handlers."""

from dataclasses import replace
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import connection

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

PROVIDERS, SENT, TECHNICAL, LOGS = (
    "sharing.service-providers", "retention.sent-mail", "security.technical", "retention.access-logs",
)  # fmt: skip
SETTING = Way.CONFIGURATION


@breaks(PROVIDERS, way=SETTING)
def a_webmaster_at_a_mail_provider(hand: Hand) -> None:
    hand.settings.WEBMASTER_EMAIL = "our.webmaster@gmail.com"


@breaks(PROVIDERS, way=SETTING)
def a_department_at_another_firm(hand: Hand) -> None:
    first, *others = settings.COMPANY.departments
    theirs = replace(first, recipient="leads@gulfmarinepartners.com")
    hand.frozen(settings.COMPANY, "departments", (theirs, *others))


@breaks(PROVIDERS, way=SETTING)
def a_mailbox_that_is_read_at_another_firm(hand: Hand) -> None:
    hand.settings.REPLIES_IMAP_HOST = "imap.mailhouse.org"


@breaks(SENT, way=SETTING)
def mails_that_stay_as_files(hand: Hand) -> None:
    hand.settings.MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"


@breaks(TECHNICAL, way=SETTING)
def copies_below_the_static_files(hand: Hand) -> None:
    hand.settings.PRIVATE_ROOT = str(Path(settings.STATIC_ROOT) / "private")


@breaks(LOGS, way=SETTING)
def lines_that_go_to_a_machine_elsewhere(hand: Hand) -> None:
    far = {"class": "logging.handlers.SysLogHandler", "address": ("logs.example.org", 514)}
    hand.settings.LOGGING = {**settings.LOGGING, "handlers": {"far": far}}


def _without_the_rule(hand: Hand, *names: str) -> None:
    rules = cast("list[dict[str, str]]", settings.AUTH_PASSWORD_VALIDATORS)
    hand.settings.AUTH_PASSWORD_VALIDATORS = [
        one for one in rules if one["NAME"].rpartition(".")[2] not in names
    ]


@breaks(TECHNICAL, way=SETTING)
def passwords_that_many_people_have(hand: Hand) -> None:
    _without_the_rule(hand, "CommonPasswordValidator")


@breaks(TECHNICAL, way=SETTING)
def passwords_that_say_who_somebody_is(hand: Hand) -> None:
    _without_the_rule(hand, "UserAttributeSimilarityValidator", "OwnNamesValidator")


@breaks(TECHNICAL, way=SETTING)
def a_former_key_that_can_be_guessed(hand: Hand) -> None:
    hand.settings.SECRET_KEY_FALLBACKS = ["x" * 64]


@breaks(TECHNICAL, way=SETTING)
def second_factors_of_an_hour(hand: Hand) -> None:
    hand.settings.MFA_TOTP_TOLERANCE = 120


@breaks(TECHNICAL, way=SETTING)
def guesses_from_many_places_that_nobody_counts(hand: Hand) -> None:
    limits = dict(settings.ACCOUNT_RATE_LIMITS)
    del limits["login_failed_anywhere"]
    hand.settings.ACCOUNT_RATE_LIMITS = limits


@breaks(TECHNICAL, "retention.access-logs", way=SETTING)
def guesses_that_are_counted_for_three_months(hand: Hand) -> None:
    limits = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_anywhere": "100/90d/key"}
    hand.settings.ACCOUNT_RATE_LIMITS = limits


@breaks(TECHNICAL, "security.against-misuse", way=SETTING)
def guesses_without_a_limit_that_anybody_meets(hand: Hand) -> None:
    limits = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "9999/m/ip,9999/300s/key"}
    hand.settings.ACCOUNT_RATE_LIMITS = limits


@breaks(TECHNICAL, way=SETTING)
def a_host_that_whoever_asks_may_name(hand: Hand) -> None:
    hand.settings.USE_X_FORWARDED_HOST = True


@breaks(TECHNICAL, way=SETTING)
def a_site_that_may_be_framed_before_anybody_looks(hand: Hand) -> None:
    last = "django.middleware.clickjacking.XFrameOptionsMiddleware"
    hand.settings.MIDDLEWARE = [last, *(one for one in settings.MIDDLEWARE if one != last)]


@breaks(TECHNICAL, way=SETTING)
def deleted_rows_that_can_be_read_in_the_file(hand: Hand) -> None:
    if connection.vendor == "postgresql":
        hand.settings.CSRF_TRUSTED_ORIGINS = ["https://www.example.com"]
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
        hand.on_release(lambda: connection.cursor().execute("PRAGMA secure_delete=ON").close())
