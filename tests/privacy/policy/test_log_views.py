"""The log of heads as strangers fetch it, checked with nothing but hashes and the public key."""

import base64
import hashlib
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privacy.policy.head_log import append_heads
from privacy.policy.models import HeadLogEntry, PolicyVersion

pytestmark = pytest.mark.django_db
ORIGIN = "testserver/privacy/log"


def get(client: Any, path: str) -> str:
    response = client.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (
        200,
        "text/plain; charset=utf-8",
    )
    return response.content.decode()


def root(lines: list[str]) -> bytes:
    """RFC 6962, 2.1, as its text defines it."""
    if len(lines) == 1:
        return hashlib.sha256(b"\x00" + lines[0].encode()).digest()
    if not lines:
        return hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(lines):
        split *= 2
    return hashlib.sha256(b"\x01" + root(lines[:split]) + root(lines[split:])).digest()


def check_by_hand(client: Any) -> int:
    """Do what the verifier of a stranger does; return for how many lines the checkpoint vouches."""
    checkpoint = get(client, "/privacy/log/checkpoint")
    text, signature = checkpoint.split("\n\n")
    origin, size, encoded = text.split("\n")
    lines = get(client, "/privacy/log/heads").splitlines()
    assert (origin, int(size)) == (ORIGIN, len(lines))
    assert base64.b64decode(encoded) == root(lines)
    name, key_id, key = get(client, "/privacy/log/key").strip().split("+", 2)
    public = base64.b64decode(key)
    dash, signer, line = signature.rstrip("\n").split(" ")
    signed = base64.b64decode(line)
    assert (dash, signer, name) == ("—", ORIGIN, ORIGIN)
    assert public[:1] == b"\x01"
    assert (
        signed[:4].hex()
        == key_id
        == (hashlib.sha256(ORIGIN.encode() + b"\n" + public).hexdigest()[:8])
    )
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signed[4:], f"{text}\n".encode())
    return len(lines)


def test_a_stranger_checks_the_log_by_hand(client):
    assert check_by_hand(client) == 0
    with time_machine.travel("2026-11-26T20:00:00Z", tick=False):
        assert append_heads(at_once=True) == 2
    assert check_by_hand(client) == 2
    newest = {v.policy.slug: v for v in PolicyVersion.objects.order_by("number")}
    assert get(client, "/privacy/log/heads").splitlines() == [
        f"policy-privacy 3 {newest['privacy'].hash} 2026-11-26",
        f"policy-terms 2 {newest['terms'].hash} 2026-11-26",
    ]
    for number in range(2, 9):
        HeadLogEntry.objects.create(
            position=number, chain="other", size=number, head="a" * 64, logged_on=date(2026, 11, 27)
        )
        assert check_by_hand(client) == number + 1


def test_lines_are_given_from_a_position_on(client):
    append_heads(at_once=True)
    lines = get(client, "/privacy/log/heads").splitlines()
    assert get(client, "/privacy/log/heads?from=1").splitlines() == lines[1:]
    assert get(client, "/privacy/log/heads?from=2") == ""
    for wrong in ("", "x", "-1", "1.0", "٣", "9" * 16):
        assert client.get("/privacy/log/heads", {"from": wrong}).status_code == 404


@pytest.mark.parametrize("name", ["checkpoint", "heads", "key"])
def test_they_are_the_same_for_all_and_may_be_kept(client, name):
    answer = client.get(f"/privacy/log/{name}")
    assert answer.headers["Cache-Control"] == "public,no-cache"
    assert dict(answer.cookies) == {}


@pytest.mark.parametrize("name", ["checkpoint", "key"])
def test_without_a_key_nothing_is_signed_and_the_lines_are_there(client, settings, name):
    settings.LOG_SIGNING_KEY = ""
    assert client.get(f"/privacy/log/{name}").status_code == 404
    assert client.get("/privacy/log/heads").status_code == 200
    assert b"subtitle" in client.get("/privacy/feed.atom").content


def test_the_feed_bears_the_checkpoint(client):
    append_heads(at_once=True)
    feed = ET.fromstring(client.get("/privacy/feed.atom").content)  # noqa: S314 - our own
    subtitle = feed.findtext("{http://www.w3.org/2005/Atom}subtitle")
    assert subtitle == (
        "Every version of the privacy policy.\n\n" + get(client, "/privacy/log/checkpoint")
    )
