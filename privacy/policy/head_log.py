"""The log of heads: how far each chain had come on which day, signed, and published for all to keep.

A chain alone shows no change that its owner has computed through to the end. So its head leaves
the house: one line a day and chain, all lines under one signed root, in mails, in the feed and at
an address from which strangers fetch it. Whoever kept an earlier root, or the lines, can tell.
"""

import logging
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.policy.chains import START, Chain, Head, registered_chains
from privacy.policy.log_models import HeadLogEntry
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.merkle import root_of
from sens_site.lib.signed_note import Checkpoint, SigningKey, signing_key

logger = logging.getLogger(__name__)

PATH = "/privacy/log"


def origin() -> str:
    """Return the name of this log among all logs."""
    return f"{settings.SITE_HOST}{PATH}"


def log_key() -> SigningKey | None:
    """Return the key that signs checkpoints, if the site has one."""
    secret = settings.LOG_SIGNING_KEY
    return signing_key(secret, origin()) if secret else None


def lines(start: int = 0) -> Iterator[str]:
    """Yield the lines of the log from a position on. A leaf of the tree is a line as it is here."""
    for entry in HeadLogEntry.objects.filter(position__gte=start).iterator():
        yield str(entry)


def current_checkpoint() -> Checkpoint | None:
    """Return the log as it stands, signed, if there is a key."""
    key = log_key()
    if key is None:
        return None
    leaves = [line.encode() for line in lines()]
    unsigned = Checkpoint(origin(), len(leaves), root_of(leaves))
    return sign(unsigned, key)


def sign(checkpoint: Checkpoint, key: SigningKey, *, at: int = 0) -> Checkpoint:
    """Return a checkpoint with one more signature under it."""
    line = key.line(checkpoint.text, at=at)
    return Checkpoint(
        checkpoint.origin, checkpoint.size, checkpoint.root, (*checkpoint.signatures, line)
    )


def append_heads(*, at_once: bool = False) -> int:
    """Add a line for each chain that has come further, or of those alone that are logged at once.

    A chain that no longer has the head that was logged of it gets no line: the log is not to bear
    witness for what has been altered. Two workers that append at once want the same positions;
    one of them gets none, and tries again at its next round.
    """
    if not list(_further(at_once=at_once)):
        return 0  # without taking the write lock
    try:
        with transaction.atomic():
            added = _append(_further(at_once=at_once))
    except IntegrityError:
        return 0
    return added


def close_day() -> int:
    """Seal what the chains gather by day, and log all heads."""
    for chain in registered_chains().values():
        chain.before_night()
    return append_heads()


def altered_chains() -> list[str]:
    """Return the names of chains that no longer have the head that was logged of them last."""
    found = []
    for name, chain in sorted(registered_chains().items()):
        logged = _newest(name)
        if logged and not _still_has(chain, logged):
            found.append(name)
    return found


def _newest(name: str) -> HeadLogEntry | None:
    return HeadLogEntry.objects.filter(chain=name).order_by("-position").first()


def _still_has(chain: Chain, logged: HeadLogEntry) -> bool:
    return chain.hashes_at([logged.size]).get(logged.size) == logged.head


def _append(heads: Iterable[tuple[Chain, Head]]) -> int:
    newest = HeadLogEntry.objects.order_by("-position").first()
    position, today = (newest.position + 1 if newest else 0), timezone.localdate()
    # A clock that was set back does not make the log run backwards.
    day = max(today, newest.logged_on) if newest else today
    rows = [
        HeadLogEntry(
            position=number, chain=chain.name, size=head.size, head=head.hash, logged_on=day
        )
        for number, (chain, head) in enumerate(heads, position)
    ]
    HeadLogEntry.objects.bulk_create(rows)
    content_changed()
    return len(rows)


def _further(*, at_once: bool) -> Iterator[tuple[Chain, Head]]:
    for name, chain in sorted(registered_chains().items()):
        if at_once and not chain.at_once:
            continue
        head = chain.head()
        logged = _newest(name)
        before = Head(logged.size, logged.head) if logged else Head(0, START)
        if head == before:
            continue
        if logged and not _still_has(chain, logged):
            logger.error("The chain %s no longer has the head that was logged of it.", name)
            continue
        yield chain, head
