"""What is stored of secrets: closed or hashed, good for no longer than was said, and drawn by chance.

The shapes stand here word by word. A secret column that is not listed is a breach: nobody has said how
it is stored.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from privacy.datamap.registry import entries
from privacy.datamap.terms import Category
from privacy.promises.registry import require
from privacy.rights.models import ExportFile, MailedLink, SubjectRequest
from privacy.rights.secret_links import make_link

HASH = re.compile(r"[0-9a-f]{64}|")
"""A SHA-256, or nothing any more."""
CLOSED = re.compile(r"gAAAAA[\w-]{90,}={0,2}", re.ASCII)
"""What Fernet has encrypted: its version, a time, and at least one block with its signature."""
SHAPES: Mapping[str, re.Pattern[str]] = {
    "account.EmailConfirmation.key": re.compile(r"(?!)"),  # links are signed: none is stored
    "accounts.ConfirmedAddress.address_hash": HASH,
    "accounts.Registration.address_hash": HASH,
    "accounts.User.password": re.compile(r"!.*|[a-z0-9_]+\$.+\$.*"),
    "contact.ContactMessage.fingerprint": HASH,
    "newsletter.Suppression.address_hash": HASH,
    "rights.MailedLink.token_hash": HASH,
    "rights.RequestScan.sha256": HASH,
    "rights.SubjectRequest.fingerprint": HASH,
}
"""Of each column that holds a secret, how all of its values look."""
ELSEWHERE = frozenset({
    # What waits to be sent, and what staff write and nobody is shown.
    "contact.ContactMessage.answer_note", "contact.ReplyDraft.text", "outbox.OutboxMail.message",
    # What a browser is known by, and what a link names a reader by beside its signature.
    "accounts.Session.session_data", "accounts.Session.session_key", "newsletter.Subscriber.key",
    "mfa.Authenticator.data",
})  # fmt: skip
"""Columns that are secret, and are no secret of somebody's own; second factors have shapes within."""
NAMED = frozenset({"code", "digest", "fingerprint", "hash", "key", "nonce", "password", "pin", "proof",
                   "salt", "secret", "seed", "sha256", "token"})  # fmt: skip
"""By which words a column holds a secret, whatever its category. What people have typed is secret only
in the copy, which leaves it out: another promise looks at that."""
IN_A_FACTOR = ("secret", "seed", "migrated_codes")
"""What opens an account in a row of a second factor; a passkey is of no use to who reads it."""
HOURS = {MailedLink.Purpose.IDENTITY.value: 24, MailedLink.Purpose.EXPORT.value: 72}
"""How long a mail says that its link is good for."""
BITS = 128
"""Less could be guessed."""
SAMPLES = 8


def secrets_are_stored_unreadably() -> int:
    """Require that each stored secret has its shape, and each mailed link its end; return how many."""
    held = {
        f"{entry.label}.{name}": entry.model
        for entry in entries().values()
        for name, column in entry.columns.items()
        if column.secret
        and (column.category is Category.CREDENTIALS or NAMED & set(name.split("_")))
    }
    new = sorted(held.keys() - SHAPES.keys() - ELSEWHERE)
    require(not new, f"nobody has said how {new[:1]} is stored")
    read = 0
    for column, shape in SHAPES.items():
        model = apps.get_model(column.rpartition(".")[0])
        values = model._base_manager.values_list(column.rpartition(".")[2], flat=True)
        for value in values.iterator():
            read += 1
            require(shape.fullmatch(value or ""), f"{column} holds a secret that can be read")
    factors = apps.get_model("mfa", "Authenticator")._base_manager.values_list("data", flat=True)
    for data in factors.iterator():
        for value in _in_a_factor(data):
            read += 1
            require(
                CLOSED.fullmatch(str(value)), "a second factor is stored so that it can be read"
            )
    _links_end()
    return read


def _in_a_factor(data: Mapping[str, Any]) -> Iterator[Any]:
    for name in IN_A_FACTOR:
        found = data.get(name, [])
        yield from found if isinstance(found, list) else [found]


def _links_end() -> None:
    """Require that no stored link or copy is good for longer than its mail says."""
    now = timezone.now()
    for purpose, hours in HOURS.items():
        life = timedelta(hours=hours)
        long = Q(expires_at__gt=F("created_at") + life) | Q(expires_at__gt=now + life)
        count = MailedLink.objects.filter(long, purpose=purpose).count()
        require(not count, f"{count} mailed links are good for more than {hours} hours")
    other = MailedLink.objects.exclude(purpose__in=HOURS).count()
    require(not other, f"{other} mailed links are good for what no mail says")
    life = timedelta(hours=HOURS["export"])
    long = Q(expires_at__gt=F("made_at") + life) | Q(expires_at__gt=now + life)
    count = ExportFile.objects.filter(long).count()
    require(not count, f"{count} copies can be fetched for more than {HOURS['export']} hours")


def second_factors_are_closed(word: str) -> None:
    """Require that what encrypts the secret of an app does so, and with a signature of its own."""
    adapter = import_string(settings.MFA_ADAPTER)()
    closed = adapter.encrypt(word)
    shut = CLOSED.fullmatch(closed) and word not in closed and closed != adapter.encrypt(word)
    require(shut, "the secret of an app for codes is stored so that it can be read")
    require(adapter.decrypt(closed) == word, "the secret of an app for codes cannot be opened")


def secrets_are_drawn_by_chance(request: SubjectRequest) -> int:
    """Require that each kind of secret is drawn anew, with enough chance from the machine itself."""
    reader = apps.get_model("newsletter", "Subscriber")._meta.get_field("key")
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    life = timedelta(hours=1)
    kinds: dict[str, Callable[[], str]] = {
        "a proof": lambda: make_link(request, purpose="identity", life=life),
        "a copy": lambda: make_link(request, purpose="export", life=life),
        "a reader": reader.get_default,
        "a session": lambda: session()._get_new_session_key(),  # noqa: SLF001 - Django has no other
    }
    for what, make in kinds.items():
        with _asked_for_chance() as drawn:
            made = [make() for _ in range(SAMPLES)]
        require(sum(drawn) >= BITS * SAMPLES, f"the secret of {what} is drawn with little chance")
        long_enough(what, made)
    return len(kinds)


def long_enough(what: str, made: list[str]) -> None:
    """Require that enough of some secrets differs from one to the next to be guessed by nobody."""
    shortest = min(map(len, made))
    differing = sum(len({one[place] for one in made}) > 1 for place in range(shortest))
    bits_each = 4 if all(re.fullmatch("[0-9a-f]+", one) for one in made) else 5
    require(differing * bits_each >= BITS, f"the secret of {what} can be guessed")


@contextmanager
def _asked_for_chance() -> Iterator[list[int]]:
    """Note how many bits the machine is asked for, by whatever draws a secret in Python."""
    drawn: list[int] = []
    randbytes, getrandbits = random.SystemRandom.randbytes, random.SystemRandom.getrandbits

    def draw_bytes(machine: random.SystemRandom, size: int) -> bytes:
        drawn.append(8 * size)
        return randbytes(machine, size)

    def draw_bits(machine: random.SystemRandom, size: int) -> int:
        drawn.append(size)
        return getrandbits(machine, size)

    with (
        patch.object(random.SystemRandom, "randbytes", draw_bytes),
        patch.object(random.SystemRandom, "getrandbits", draw_bits),
    ):
        yield drawn
