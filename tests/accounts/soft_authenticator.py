"""A device that holds a passkey, in software: answers the browser's two questions as one would."""

import json
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


class SoftAuthenticator:
    def __init__(self, *, origin: str, unlocked: bool = True) -> None:
        self.origin = origin
        self.seen = FLAG.UP | FLAG.UV if unlocked else FLAG.UP
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = token_bytes(16)
        self.owner = ""

    def create(self, options: str) -> str:
        asked = json.loads(options)["publicKey"]
        self.owner = asked["user"]["id"]
        held = AttestedCredentialData.create(
            Aaguid.NONE, self.name, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(
            sha256(asked["rp"]["id"].encode()).digest(), self.seen | FLAG.AT, 0, held
        )
        client = self._client("webauthn.create", asked["challenge"])
        made = AttestationObject.create("none", data, {})
        return self._answer(client, attestationObject=websafe_encode(bytes(made)))

    def get(self, options: str) -> str:
        asked = json.loads(options)["publicKey"]
        data = AuthenticatorData.create(sha256(asked["rpId"].encode()).digest(), self.seen, 1)
        client = self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(bytes(data) + client.hash, ec.ECDSA(SHA256()))
        return self._answer(
            client,
            authenticatorData=websafe_encode(bytes(data)),
            signature=websafe_encode(signature),
            userHandle=self.owner,
        )

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _answer(self, client: CollectedClientData, **response: Any) -> str:
        name = websafe_encode(self.name)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {"clientDataJSON": websafe_encode(bytes(client)), **response},
            }
        )
