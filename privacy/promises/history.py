"""The history of the promises: every run is a link of a chain, and none is ever changed.

The record of a run says of each claim and kind of look what it came to, by whose code and when,
and holds the hash of the run before. Its bytes are kept as they were hashed and are served as they
are kept. Whoever owns the database can write the whole chain anew, so a head that somebody else
has kept is what shows that nothing before it was changed.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from privacy.policy.chains import Chain, Head, register_chain
from privacy.policy.verification import Fault
from privacy.promises.models import PromiseRun, State
from privacy.promises.registry import Look
from sens_site.lib import row_guards
from sens_site.lib.canonical_json import canonical_json

FORMAT = 1
START = "0" * 64
CHUNK = 100
ADDRESS = re.compile(r"\S+@\S+")

Way = tuple[str, Look]
"""A claim and a kind of look at it."""
States = Mapping[Way, State]


def append_run(
    states: States, *, gone: Collection[Way], found: Mapping[str, list[str]], at: datetime
) -> PromiseRun:
    """Add what a run came to, to be called in the transaction that stores its results.

    `gone` are looks that no check takes any more, and `found` the words of what turned red. A run
    is never dated before the one before it: the clocks of two processes may differ.
    """
    last = PromiseRun.objects.order_by("-number").values_list("number", "hash", "at").first()
    number, previous_hash, before = last or (0, START, at)
    moment = max(at, before).astimezone(UTC).replace(microsecond=0)
    record = canonical_json(
        {
            "at": _written(moment),
            "claims": _by_what_was_seen(states),
            "code": settings.VERSION,
            "format": FORMAT,
            # A row here stays for ever, and so no address may ever come into it.
            "found": {
                claim: [ADDRESS.sub("…", one) for one in words] for claim, words in found.items()
            },
            "gone": _by_look(gone),
            "number": number + 1,
            "previous_hash": previous_hash,
        }
    )
    return PromiseRun.objects.create(
        number=number + 1,
        at=moment,
        record=record,
        previous_hash=previous_hash,
        hash=_hash_of(record),
    )


def history_head() -> tuple[int, str]:
    """Return how many runs the chain holds, and the hash of the last."""
    return PromiseRun.objects.order_by("-number").values_list("number", "hash").first() or (
        0,
        START,
    )


def hash_at(size: int) -> str | None:
    """Return the head that the chain had when it held so many runs; None if it holds fewer."""
    if size == 0:
        return START
    return PromiseRun.objects.filter(number=size).values_list("hash", flat=True).first()


def verify_history(*, known_heads: Iterable[tuple[int, str]] = ()) -> list[Fault]:
    """Check every run and the guards; compare with heads (size and hash) that others have kept."""
    known = dict.fromkeys(known_heads)
    return [*_chain_faults(), *_head_faults(known), *_guard_faults()]


def _chain_faults() -> Iterator[Fault]:
    number, previous_hash, before = 0, START, None
    for run in PromiseRun.objects.order_by("number").iterator(chunk_size=CHUNK):
        where = f"promises run {run.number}"
        if run.number != number + 1:
            yield Fault(where, f"follows run {number}: what stood between is gone")
        elif run.previous_hash != previous_hash:
            yield Fault(where, "does not continue the run before it")
        if _hash_of(run.record) != run.hash:
            yield Fault(where, "is not what was written: its hash is another")
        elif _own_words(run.record) != (run.number, _written(run.at), run.previous_hash):
            yield Fault(where, "is kept with another number, time or link than it says")
        if before is not None and run.at < before:
            yield Fault(where, "is dated before the run before it")
        number, previous_hash, before = run.number, run.hash, run.at


def _head_faults(known: Iterable[tuple[int, str]]) -> Iterator[Fault]:
    for size, head in known:
        if hash_at(size) != head:
            yield Fault(
                f"promises run {size}",
                "has another hash than was kept elsewhere: the chain was cut or made anew",
            )


def _guard_faults() -> Iterator[Fault]:
    table = PromiseRun._meta.db_table
    for name in row_guards.missing():
        if table in name:
            yield Fault("guards", f"{name} is missing or changed")


def _by_look(ways: Iterable[Way]) -> dict[str, list[str]]:
    looks: dict[str, list[str]] = {}
    for claim_id, look in sorted(ways):
        looks.setdefault(look, []).append(claim_id)
    return looks


def _by_what_was_seen(states: States) -> dict[str, list[str]]:
    """Return the claims under what was seen of them, such as "now: kept, rows: broken".

    So the id of a claim is written once a run, which halves the chain.
    """
    seen: dict[str, list[str]] = {}
    for claim_id in sorted({claim_id for claim_id, _ in states}):
        looks = [f"{one}: {states[claim_id, one]}" for one in Look if (claim_id, one) in states]
        seen.setdefault(", ".join(looks), []).append(claim_id)
    return seen


def states_in(said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield claim, look and state of each look that a record holds."""
    for seen, claims in said["claims"].items():
        looks = [one.split(": ") for one in seen.split(", ")]
        for claim_id in claims:
            for look, state in looks:
                yield claim_id, look, state


def _own_words(record: str) -> tuple[Any, Any, Any]:
    said = json.loads(record)
    return said["number"], said["at"], said["previous_hash"]


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash_of(record: str) -> str:
    return hashlib.sha256(record.encode()).hexdigest()


def _heads_at(sizes: Collection[int]) -> dict[int, str]:
    runs = PromiseRun.objects.filter(number__in=sizes)
    before_any = {0: START} if 0 in sizes else {}
    return before_any | dict(runs.values_list("number", "hash"))


def _faults_in_words() -> list[str]:
    # The guards of all tables are looked at where the chains are: they would be named twice.
    return [str(fault) for fault in _chain_faults()]


register_chain(
    Chain(
        name="promises",
        head=lambda: Head(*history_head()),
        hashes_at=_heads_at,
        faults=_faults_in_words,
    )
)
