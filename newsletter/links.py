"""Secret addresses of readers: what is mailed, and what the page after a sign-up stands at.

A token is the random name of a reader and a signature under the site's key, one for each use: what
preferences open, no confirmation opens. Nothing of it is stored but the name, which opens nothing.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from newsletter.models.readers import KEY_LENGTH, UNCONFIRMED, Subscriber
from sens_site.lib.secret_box import NotOursError, close, open_closed
from sens_site.lib.written_query import WrittenQuery

CONFIRM = "confirm"
REFUSE = "refuse"
PREFERENCES = "preferences"
UNSUBSCRIBE = "unsubscribe"

CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that nobody confuses: no I, O, 0 or 1."""
CODE_LENGTH = 8
_SIGNATURE_LENGTH = 32
_PURPOSE = "newsletter.sign-up"


def _signature(use: str, key: str, secret: str) -> str:
    whole = salted_hmac(f"newsletter.{use}", key, secret=secret, algorithm="sha256").hexdigest()
    return whole[:_SIGNATURE_LENGTH]


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def token_of(reader: Subscriber, use: str) -> str:
    """Return the secret part of a reader's address for one use."""
    return _token(reader.key, use)


def _token(key: str, use: str) -> str:
    return key + _signature(use, key, settings.SECRET_KEY)


@lru_cache(maxsize=16)  # asked for each reader of an issue
def _start_of(use: str) -> str:
    return reverse(f"newsletter:{use}", args=["token"]).removesuffix("token/")


def path_of(reader: Subscriber, use: str) -> str:
    return _path(reader.key, use)


def _path(key: str, use: str) -> str:
    return f"{_start_of(use)}{_token(key, use)}/"


def address_of(reader: Subscriber, use: str) -> str:
    """Return a reader's address as it is mailed."""
    return f"{settings.SITE_ORIGIN}{path_of(reader, use)}"


def key_in(token: str, use: str) -> str | None:
    """Return the name in a token that this site has made for this use."""
    key, signature = token[:KEY_LENGTH], token[KEY_LENGTH:]
    if not any(constant_time_compare(_signature(use, key, s), signature) for s in _secrets()):
        return None
    return key


def find_reader(token: str, use: str) -> Subscriber | None:
    """Return the reader of an address; None for one that is made up, foreign or over."""
    key = key_in(token, use)
    return None if key is None else Subscriber.objects.filter(key=key).first()


class OwnReader(NamedTuple):
    """What one address gets, for the person whose address it is."""

    email: str
    preferences: str
    topics: list[str]


_topics_at = WrittenQuery(
    lambda addresses: (
        Subscriber.objects.confirmed()
        .filter(email__in=addresses)
        .order_by("-created_at", "-pk", "topics__position", "topics__pk")
        .values_list("email", "key", "topics__title")
    )
)


def readers_at(addresses: Iterable[str]) -> list[OwnReader]:
    """Return what some addresses get, each with the address of its preferences."""
    return readers_in(_topics_at(sorted(addresses)))


def readers_in(rows: Iterable[Sequence[Any]]) -> list[OwnReader]:
    """Put together what one row each says of an address, the name of its reader and a topic."""
    found: dict[str, OwnReader] = {}
    for email, key, topic in rows:
        reader = found.get(email)
        if reader is None:
            reader = found[email] = OwnReader(email, _path(key, PREFERENCES), [])
        if topic is not None:
            reader.topics.append(topic)
    return list(found.values())


def code_of(reader: Subscriber) -> str:
    """Return the code that is mailed with the link. It is derived, and so stored nowhere."""
    return _code(reader, settings.SECRET_KEY)


def is_code_of(reader: Subscriber, typed: str) -> bool:
    """Tell whether somebody has typed the code, whatever stands between its signs."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    codes = [_code(reader, secret).replace("-", "") for secret in _secrets()]
    return any(constant_time_compare(signs, code) for code in codes)


def _code(reader: Subscriber, secret: str) -> str:
    digest = salted_hmac("newsletter.code", reader.key, secret=secret, algorithm="sha256").digest()
    # 32 signs: five bits of a byte are one, and each is as likely as the others.
    signs = "".join(CODE_SIGNS[byte % len(CODE_SIGNS)] for byte in digest[:CODE_LENGTH])
    return f"{signs[: CODE_LENGTH // 2]}-{signs[CODE_LENGTH // 2 :]}"


def waiting_path(email: str) -> str:
    """Return the address of the page at which the code for an address is typed.

    It holds what was typed, closed, whatever the site knows of it: the page tells nothing.
    """
    token = close(json.dumps([email, timezone.now().isoformat()]), purpose=_PURPOSE)
    return reverse("newsletter:code", args=[token])


def waiting_for(token: str) -> str | None:
    """Return the address that was typed; None for what is none of ours or too old."""
    try:
        email, at = json.loads(open_closed(token, purpose=_PURPOSE))
    except NotOursError:
        return None
    return str(email) if datetime.fromisoformat(at) >= UNCONFIRMED.before(timezone.now()) else None
