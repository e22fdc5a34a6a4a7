"""Signed notes and checkpoints as in C2SP's signed-note, tlog-checkpoint and tlog-cosignature.

A note is a text, an empty line, and lines "— NAME base64(key id, signature)". A checkpoint is a
note whose text is three lines: the origin of a log, how many lines it has, and the root over them.
Any program that knows these formats can check ours.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LOG, WITNESS = b"\x01", b"\x04"
"""The kinds of signature: Ed25519 over the text, and a witness's with the time of its look."""
KEY_FORM = r"[A-Za-z0-9_-]{43}"
"""A signing key as the environment holds it: 32 bytes in base64 for addresses, without padding."""

_SIGNATURE = r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})\n"
_CHECKPOINT = re.compile(
    r"^(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]{0,14})\n(?P<root>[A-Za-z0-9+/]{43}=)\n\n"
    r"(?P<signatures>(?:— [^\s+]+ [A-Za-z0-9+/]+={0,2}\n)+)",
    re.MULTILINE,
)
_KEY = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]{44})")


class NoteError(ValueError):
    """This is no note or key, or a signature is not by its key. The message says which."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a signature is checked with; written as `NAME+ID+KEY`."""

    name: str
    kind: bytes
    raw: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which a line says whose it is."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.raw).decode()}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A name and the secret with which it signs."""

    name: str
    kind: bytes
    private: "Ed25519PrivateKey"

    @property
    def public(self) -> PublicKey:
        """What others check with."""
        return PublicKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def line(self, text: str, *, at: int = 0) -> str:
        """Return the line that signs a text. A witness says at which second it looked."""
        time = at.to_bytes(8, "big") if self.kind == WITNESS else b""
        signature = self.private.sign(_message(text, self.kind, at))
        return f"— {self.name} {base64.b64encode(self.public.id + time + signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log, and the lines that vouch for it."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(self.signatures)}"


def signing_key(secret: str, name: str, kind: bytes = LOG) -> SigningKey:
    """Return a key made from a secret. A witness's is another than the log's own (C2SP asks so)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - six megabytes, used seldom
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as above

    seed = base64.urlsafe_b64decode(f"{secret}=")
    if kind == WITNESS:
        seed = HKDF(SHA256(), length=32, salt=None, info=b"witness").derive(seed)
    return SigningKey(name, kind, Ed25519PrivateKey.from_private_bytes(seed))


def read_key(line: str) -> PublicKey:
    """Read `NAME+ID+KEY`."""
    found = _KEY.fullmatch(line.strip())
    if found is None:
        raise NoteError("this is no public key of the form NAME+ID+KEY")
    content = base64.b64decode(found["key"])
    key = PublicKey(found["name"], content[:1], content[1:])
    if key.kind not in (LOG, WITNESS) or key.id.hex() != found["id"]:
        raise NoteError(f"the public key of {key.name} does not have the id that it names")
    return key


def find_checkpoints(text: str) -> Iterator[Checkpoint]:
    """Yield the checkpoints that stand in a text, such as a mail or a file of several."""
    for found in _CHECKPOINT.finditer(f"{text}\n".replace("\r\n", "\n")):
        lines = tuple(found["signatures"].splitlines(keepends=True))
        root = base64.b64decode(found["root"])
        yield Checkpoint(found["origin"], int(found["size"]), root, lines)


def read_checkpoint(text: str) -> Checkpoint:
    """Read a text that is a checkpoint and nothing else."""
    found = list(find_checkpoints(text))
    if len(found) != 1 or str(found[0]) != text:
        raise NoteError("this is no checkpoint")
    return found[0]


def signed_at(checkpoint: Checkpoint, key: PublicKey) -> int | None:
    """Return the time of a key's signature (0 for a log's own), or None where it has none.

    Raises NoteError for a line that bears the key's name and id and is not by it.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - as above
        Ed25519PublicKey,
    )

    for line in checkpoint.signatures:
        found = re.fullmatch(_SIGNATURE, line)
        signature = base64.b64decode(found["signature"]) if found else b""
        if found is None or found["name"] != key.name or signature[:4] != key.id:
            continue
        split = 12 if key.kind == WITNESS else 4
        at = int.from_bytes(signature[4:split], "big")
        try:
            public = Ed25519PublicKey.from_public_bytes(key.raw)
            public.verify(signature[split:], _message(checkpoint.text, key.kind, at))
        except InvalidSignature as error:
            raise NoteError(f"the signature of {key.name} is not by its key") from error
        return at
    return None


def signers(checkpoint: Checkpoint) -> set[str]:
    """Return the names under a checkpoint. Whether they are theirs is another question."""
    return {line.split()[1] for line in checkpoint.signatures}


def _message(text: str, kind: bytes, at: int) -> bytes:
    before = f"cosignature/v1\ntime {at}\n" if kind == WITNESS else ""
    return (before + text).encode()
