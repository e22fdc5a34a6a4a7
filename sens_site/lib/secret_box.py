"""Secrets that the site has to read again, encrypted at rest with a key derived from its own.

A copy of the database alone opens none of them. `SECRET_KEY_FALLBACKS` still open what they closed.
"""

import base64
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class NotOursError(ValueError):
    """No key of this site has closed this."""


def _key(secret: str, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - six megabytes, used by few requests
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as above

    derived = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


def _box(purpose: str) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - as above

    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])


def close(text: str, *, purpose: str) -> str:
    """Encrypt a text. What one purpose has closed, no other opens."""
    return _box(purpose).encrypt(text.encode()).decode()


def open_closed(closed: str, *, purpose: str) -> str:
    """Decrypt. Raises NotOursError for what no key of this site has closed."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

    try:
        return _box(purpose).decrypt(closed.encode()).decode()
    except InvalidToken as error:
        raise NotOursError from error
