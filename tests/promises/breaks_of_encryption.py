"""Breaks of what is to stay between two machines: whose certificate counts, and where keys stand."""

import ssl
from collections.abc import Iterator
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_machines import _file_says
from tests.promises.breaks_of_the_server_in_front import _told
from tests.promises.hand import Hand

CLAIM = "security.technical"
TOLD = Way.CONFIGURATION


def _code_says(hand: Hand, path: str, old: str, new: str) -> None:
    """Have a module of the site say something else where it is read."""

    def changed(read: Any) -> Iterator[tuple[str, str]]:
        for name, text in read():
            assert name != path or old in text
            yield name, text.replace(old, new, 1) if name == path else text

    hand.wrap("sens_site.promises.encrypted_ways.sources", changed)


MAILBOX, MADE = "sens_site/lib/mailbox.py", "context = ssl.create_default_context()\n"


@breaks(CLAIM, measured=True)
def a_mailbox_of_whoever_answers(hand: Hand) -> None:
    _code_says(hand, MAILBOX, MADE, f"{MADE}    context.verify_mode = ssl.CERT_NONE\n")


@breaks(CLAIM, measured=True)
def a_mailbox_without_rules(hand: Hand) -> None:
    _code_says(hand, MAILBOX, "ssl_context=context, ", "")


@breaks(CLAIM, measured=True)
def orders_of_whoever_answers(hand: Hand) -> None:
    fetched = "urllib.request.build_opener("
    careless = "import requests; requests.get(settings.ORDER_STATUS_URL, verify=False); "
    _code_says(hand, "contact/orders.py", f"with {fetched}", f"{careless}with {fetched}")


@breaks(CLAIM, measured=True)
def a_package_that_is_told_not_to_look(hand: Hand) -> None:
    made = "headers = {"
    _code_says(hand, "contact/orders.py", made, f'how = {{"verify_ssl": False}}; {made}')


@breaks(CLAIM)
def a_list_without_an_import_of_its_own(hand: Hand) -> None:
    first = "import urllib.request\n"
    careless = f"{first}from ssl import _create_unverified_context\n"
    _code_says(hand, "contact/orders.py", first, careless)


@breaks(CLAIM)
def nothing_that_could_be_read(hand: Hand) -> None:
    hand.replace("sens_site.promises.encrypted_ways.sources", lambda: iter(()))


class OfWhoever(EmailBackend):
    """A way for mail that takes any certificate."""

    ssl_context = ssl._create_unverified_context()  # noqa: S323 - what is to be found


@breaks(CLAIM, way=TOLD)
def mail_for_whoever_answers(hand: Hand) -> None:
    hand.settings.MAIL_TRANSPORT = f"{__name__}.OfWhoever"


@breaks(CLAIM, way=TOLD)
def a_cipher_that_can_be_read_later(hand: Hand) -> None:
    _told(hand, ("ssl_ciphers ", "ssl_ciphers AES256-GCM-SHA384:"))


@breaks(CLAIM, way=TOLD)
def a_curve_that_nobody_trusts(hand: Hand) -> None:
    _told(hand, ("ssl_ecdh_curve ", "ssl_ecdh_curve secp224r1:"))


@breaks(CLAIM, way=TOLD)
def a_key_that_everybody_has(hand: Hand) -> None:
    told = "    SECRET_KEY_FILE: /run/secrets/secret_key\n"
    _file_says(hand, "compose.yaml", told, f"    SECRET_KEY: {'our-website-' * 4}\n")


@breaks(CLAIM, way=TOLD)
def containers_that_are_told_no_key_of_the_log(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", "    LOG_SIGNING_KEY_FILE: /run/secrets/log_signing_key\n", "")


@breaks(CLAIM, way=TOLD)
def containers_in_which_staff_need_no_second_factor(hand: Hand) -> None:
    told = "    SENDFILE: nginx\n"
    _file_says(hand, "compose.yaml", told, f'{told}    STAFF_MFA_REQUIRED: "false"\n')


@breaks(CLAIM, way=TOLD)
def an_image_that_tells_of_its_errors(hand: Hand) -> None:
    _file_says(hand, "Dockerfile", "DEBUG=false", "DEBUG=true")


@breaks(CLAIM, way=TOLD)
def an_image_without_a_place_for_the_ledger(hand: Hand) -> None:
    told = "    ERASURE_LEDGER=/data/ledger/erasure-ledger.jsonl \\\n"
    _file_says(hand, "Dockerfile", told, "")


@breaks(CLAIM, way=TOLD)
def an_image_that_may_do_everything(hand: Hand) -> None:
    _file_says(hand, "Dockerfile", "USER website\n", "USER root\n")


@breaks("retention.access-logs")
def keys_of_passwords_in_a_log(hand: Hand) -> None:
    hand.replace("sens_site.lib.http.log_filters.SECRET_PARTS", frozenset({"token"}))


@breaks("rights.copy")
def a_copy_on_request_without_the_account(hand: Hand) -> None:
    from privacy.datamap.subjects import by_address

    hand.wrap(
        "privacy.rights.export_files.stream_export",
        lambda old, person, **how: old(by_address(*person.addresses), **how),
    )
