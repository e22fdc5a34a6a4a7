"""Breaks of how secrets are drawn, stored and ended."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.utils import timezone

from accounts.models import User
from newsletter.links import code_of
from privacy.datamap.columns import secret
from privacy.datamap.registry import entries
from privacy.datamap.terms import Category
from privacy.rights.models import ExportFile, MailedLink, SubjectRequest
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_holdings import held
from tests.promises.hand import Hand

CLAIM = "security.against-misuse"


def _a_request() -> SubjectRequest:
    today = timezone.localdate()
    return SubjectRequest.objects.create(kind="access", channel="form", due_on=today)


def _a_link(purpose: str, *, hash_: str = "ab" * 32, **life: float) -> None:
    MailedLink.objects.create(
        request=_a_request(),
        purpose=purpose,
        token_hash=hash_,
        expires_at=timezone.now() + timedelta(**life),
    )


def _a_factor(kind: str, **data: Any) -> None:
    user = User.objects.create_user("ann", "ann@example.com")
    apps.get_model("mfa", "Authenticator").objects.create(user=user, type=kind, data=data)


def _tokens(hand: Hand, draw: Callable[[], str]) -> None:
    chance = SimpleNamespace(token_urlsafe=lambda size: draw())
    hand.replace("privacy.rights.secret_links.secrets", chance)


@breaks(CLAIM, way=Way.ROWS, measured=True)
def a_secret_of_an_app_that_can_be_read(hand: Hand) -> None:
    _a_factor("totp", secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


@breaks(CLAIM, way=Way.ROWS, measured=True)
def recovery_codes_that_can_be_read(hand: Hand) -> None:
    _a_factor("recovery_codes", migrated_codes=["12345678", "23456789"])


@breaks(CLAIM)
def secrets_of_apps_that_are_stored_as_they_are(hand: Hand) -> None:
    adapter = "accounts.adapter.SecondFactorAdapter"
    hand.replace(f"{adapter}.encrypt", lambda self, text: text)
    hand.replace(f"{adapter}.decrypt", lambda self, text: text)


@breaks(CLAIM, way=Way.ROWS, measured=True)
def a_mailed_link_whose_secret_can_be_read(hand: Hand) -> None:
    _a_link("identity", hash_=secrets.token_urlsafe(32), hours=24)


@breaks(CLAIM, way=Way.ROWS)
def a_mailed_link_until_2036(hand: Hand) -> None:
    _a_link("identity", days=3650)


@breaks(CLAIM, way=Way.ROWS)
def a_mailed_link_for_a_purpose_of_its_own(hand: Hand) -> None:
    _a_link("reset", hours=1)


@breaks(CLAIM, way=Way.ROWS)
def a_copy_that_waits_for_a_week(hand: Hand) -> None:
    until = timezone.now() + timedelta(days=7)
    ExportFile.objects.create(request=_a_request(), file_name="x.zip", expires_at=until)


@breaks(CLAIM, "policy.names-what-we-collect")
def a_secret_of_which_nobody_says_how_it_is_stored(hand: Hand) -> None:
    held(hand, "visits.PageView", "pin", secret(Category.CREDENTIALS))


@breaks("rights.copy")
def a_telephone_number_that_the_copy_withholds_as_a_secret(hand: Hand) -> None:
    hand.item(entries()["contact.ContactMessage"].columns, "phone", secret(Category.CONTACT))


@breaks(CLAIM)
def a_request_that_the_first_sign_of_its_secret_opens(hand: Hand) -> None:
    hand.replace(
        "privacy.rights.secret_links.constant_time_compare",
        lambda whole, typed: whole.startswith(typed),
    )


@breaks(CLAIM)
def a_reader_whom_half_a_signature_knows(hand: Hand) -> None:
    hand.replace(
        "newsletter.links.constant_time_compare",
        lambda one, other: min(len(one), len(other)) > 0 and one.startswith(other[:8]),
    )


@breaks(CLAIM, measured=True)
def a_code_of_which_the_first_half_is_enough(hand: Hand) -> None:
    hand.replace(
        "newsletter.subscribing.is_code_of",
        lambda reader, typed: code_of(reader).startswith(typed.upper()),
    )


@breaks(CLAIM)
def a_mailed_secret_for_a_line_of_a_mail(hand: Hand) -> None:
    _tokens(hand, lambda: secrets.token_hex(3))


@breaks(CLAIM)
def a_mailed_secret_that_only_looks_long(hand: Hand) -> None:
    _tokens(hand, lambda: sha256(secrets.token_bytes(3)).hexdigest())


@breaks(CLAIM)
def a_private_address_that_can_be_guessed(hand: Hand) -> None:
    hand.wrap(
        "privacy.rights.secret_links._status_token",
        lambda old, reference, key: old(reference, key)[:8],
    )
