"""Codes of a second factor: who knows the password may not try them until one fits."""

import base64
import hmac
import time
from urllib.parse import unquote

from django.apps import apps
from django.contrib.auth import get_user_model

from accounts.adapter import SecondFactorAdapter
from accounts.promises import PASSWORD
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite, Visitor

LOGIN, CODES = "/accounts/login/", "/accounts/2fa/authenticate/"
MOST_GUESSES = 20
"""Of a million codes three fit at a time: so many tries tell nobody anything, and on and on would."""
SECRET = base64.b32encode(b"check of the promise").decode()


def nobody_guesses_a_second_factor(site: RunningSite, word: str) -> None:
    """Let the right code in; after many wrong ones, from one browser and from many, none any more."""
    for browsers in (0, 1, 3):
        name = f"{word}-guessed-{browsers}"
        user = get_user_model().objects.create_user(
            username=name, email=f"{name}@example.com", password=PASSWORD
        )
        apps.get_model("account", "EmailAddress").objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
        apps.get_model("mfa", "Authenticator").objects.create(
            user=user, type="totp", data={"secret": SecondFactorAdapter().encrypt(SECRET)}
        )
        guessers = [_knows_the_password(site, name) for _ in range(browsers)]
        for number in range(MOST_GUESSES if browsers else 0):
            guessers[number % browsers].post(CODES, {"code": f"{number:06}"})
        last = guessers[-1] if guessers else _knows_the_password(site, name)
        let_in = last.post(CODES, {"code": _code_of(SECRET)}).status == 303
        require(let_in or browsers, "the right code of a second factor does not let its owner in")
        shut = f"after {MOST_GUESSES} wrong codes from {browsers} browsers one may still guess on"
        require(not let_in or not browsers, shut)


def _knows_the_password(site: RunningSite, name: str) -> Visitor:
    visitor = site.visitor()
    answer = visitor.post(LOGIN, {"login": name, "password": PASSWORD})
    asked = answer.status in (302, 303) and CODES in unquote(answer.header("Location"))
    require(asked, "a password alone opens an account with a second factor")
    return visitor


def _code_of(secret: str) -> str:
    """Work out the code of this half minute (RFC 6238)."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), "sha1").digest()
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
