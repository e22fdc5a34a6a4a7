"""Breaks of the number of a known browser: one that follows from its owner, in each way to hide that."""

import base64
import secrets
from hashlib import md5, sha256
from typing import Any

from accounts import known_devices
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _number(hand: Hand, made_of: Any) -> None:
    class Secrets:
        number = ""

        def token_hex(self, size: int) -> str:
            return self.number

    secrets = Secrets()

    def remember(old: Any, response: Any, user: Any) -> None:
        secrets.number = made_of(user)
        old(response, user)

    hand.patch.setattr(known_devices, "secrets", secrets)
    hand.wrap("accounts.adapter.remember_device", remember)


@breaks("cookies.known-device")
def a_number_that_is_the_hash_of_an_address(hand: Hand) -> None:
    _number(hand, lambda user: md5(user.email.encode(), usedforsecurity=False).hexdigest())


@breaks("cookies.known-device")
def a_number_that_is_half_a_hash_of_a_name(hand: Hand) -> None:
    _number(hand, lambda user: sha256(user.username.encode()).hexdigest()[:32])


@breaks("cookies.known-device")
def a_number_that_is_a_hash_in_other_letters(hand: Hand) -> None:
    def number(user: Any) -> str:
        digest = sha256(str(user.email).encode()).digest()
        return base64.b32encode(digest).decode().lower()[:32]

    _number(hand, number)


@breaks("cookies.known-device")
def one_number_for_all_browsers_of_a_person(hand: Hand) -> None:
    _number(hand, lambda user: sha256(f"a secret {user.pk}".encode()).hexdigest()[:32])


@breaks("cookies.known-device")
def a_number_that_ends_with_that_of_the_account(hand: Hand) -> None:
    remember: Any = known_devices.remember_device

    def numbered(response: Any, user: Any) -> None:
        remember(response, user)
        for cookie in list(response.cookies.values()):
            _, *marks = cookie.value.split(".")
            number = f"{secrets.token_hex(8)}{user.pk:016x}"
            response.cookies[cookie.key] = ".".join([number, *marks])
            response.cookies[cookie.key].update(dict(cookie))

    hand.replace("accounts.adapter.remember_device", numbered)
    hand.replace("sens_site.promises.own_account.remember_device", numbered)
