"""Heads that somebody has kept, and whether the site's chains still have them.

What is kept may be a mail with a checkpoint, a saved `/privacy/log/heads` or `/privacy/log.txt`, or
the file of a witness, which is all of these. Each says how things stood at an earlier time.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from privacy.policy.chains import registered_chains
from privacy.policy.head_log import log_key, origin
from privacy.policy.log_models import HeadLogEntry
from sens_site.lib.merkle import root_of
from sens_site.lib.signed_note import (
    WITNESS,
    Checkpoint,
    NoteError,
    PublicKey,
    find_checkpoints,
    read_key,
    signed_at,
)

MOST_BYTES = 20_000_000
_LINE = re.compile(
    r"^(?P<chain>[a-z][a-z0-9-]{0,39}) (?P<size>[1-9][0-9]{0,14}) (?P<hash>[0-9a-f]{64})"
    r" (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\r?$",
    re.MULTILINE,
)
_VERSION = re.compile(
    r"^(?P<slug>[a-z-]+) (?P<number>[1-9][0-9]{0,14}) posted .* sha256 (?P<hash>[0-9a-f]{64})\r?$",
    re.MULTILINE,
)
_KEY = re.compile(r"^\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\r?$", re.MULTILINE)


class Line(NamedTuple):
    """A line of a log of heads."""

    chain: str
    size: int
    hash: str
    day: date

    def __str__(self) -> str:
        return f"{self.chain} {self.size} {self.hash} {self.day.isoformat()}"


Hashes = Mapping[str, Mapping[int, str]]
"""Of each chain, its hash when it had so many links."""
Past = tuple[str, int, str]
"""Chain, links, hash."""


class KeptError(ValueError):
    """What is brought as kept cannot be read, or holds nothing of this site."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one holder has kept."""

    holder: str
    checkpoints: tuple[Checkpoint, ...] = ()
    lines: tuple[Line, ...] = ()
    versions: tuple[Past, ...] = ()
    """From a saved log of the hashes of a policy."""
    keys: tuple[PublicKey, ...] = ()
    """Those of witnesses that have signed."""

    @property
    def pasts(self) -> Iterator[Past]:
        """All that it says of single chains."""
        yield from self.versions
        yield from ((line.chain, line.size, line.hash) for line in self.lines)


@dataclass(slots=True)
class Comparison:
    """With what the chains were compared, and what came of it."""

    heads: int = 0
    witnesses: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Say it as readers are told."""
        if not self.witnesses:
            return "compared with none"
        heads = "1 head" if self.heads == 1 else f"{self.heads} heads"
        return f"compared with {heads} of {self.witnesses} witness{'es' * (self.witnesses > 1)}"


def read_lines(text: str) -> tuple[Line, ...]:
    """Read the lines of a log of heads that stand in a text."""
    return tuple(
        Line(m["chain"], int(m["size"]), m["hash"], date.fromisoformat(m["day"]))
        for m in _LINE.finditer(text)
    )


def read_kept(text: str, holder: str) -> Kept:
    """Read what somebody has kept of this site. Raises KeptError where that is nothing."""
    checkpoints = tuple(one for one in find_checkpoints(text) if one.origin == origin())
    versions = tuple(
        (f"policy-{m['slug']}", int(m["number"]), m["hash"]) for m in _VERSION.finditer(text)
    )
    try:
        keys = tuple(read_key(m[0]) for m in _KEY.finditer(text))
        lines = read_lines(text)
    except (NoteError, ValueError) as error:
        raise KeptError(f"{holder} cannot be read: {error}") from error
    if not (checkpoints or lines or versions):
        raise KeptError(f"{holder} holds no head of this site")
    return Kept(holder, checkpoints, lines, versions, tuple(k for k in keys if k.kind == WITNESS))


def read_files(paths: Iterable[Path]) -> list[Kept]:
    """Read files that somebody has kept."""
    kept = []
    for path in paths:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise KeptError(f"{path.name} is too large")
            kept.append(read_kept(path.read_text("utf-8"), path.name))
        except (OSError, UnicodeDecodeError) as error:
            raise KeptError(f"{path.name} cannot be read") from error
    return kept


def kept_here() -> list[Kept]:
    """Read what was brought back to this site, so that its checks compare with it."""
    folder = Path(settings.KEPT_HEADS)
    return read_files(sorted(path for path in folder.glob("*") if path.is_file()))


def compare_stored(kept: Iterable[Kept]) -> Comparison:
    """Compare the site's chains with its own log, and both with what was kept."""
    entries = list(HeadLogEntry.objects.all())
    lines = [Line(one.chain, one.size, one.head, one.logged_on) for one in entries]
    all_kept, key = list(kept), log_key()
    sizes = defaultdict[str, set[int]](set)
    for line in lines:
        sizes[line.chain].add(line.size)
    for one in all_kept:
        for chain, size, _ in one.pasts:
            sizes[chain].add(size)
    chains = registered_chains()
    hashes = {
        name: _asked(chains[name].hashes_at, wanted)
        for name, wanted in sizes.items()
        if name in chains
    }
    found = compare(lines, hashes, all_kept, key=key.public if key else None)
    if [one.position for one in entries] != list(range(len(entries))):
        found.faults.insert(0, "A line of the log of heads is missing.")
    for name in sorted(chains):
        found.faults += chains[name].faults()
    return found


def compare(
    lines: Sequence[Line], hashes: Hashes, kept: Iterable[Kept], *, key: PublicKey | None
) -> Comparison:
    """Compare plain rows: the log with the chains, and both with what was kept."""
    found = Comparison()
    found.faults += _faults_of_log(lines, hashes)
    leaves = [str(line).encode() for line in lines]
    known, vouched = set(map(str, lines)), set[Past]()
    witnesses = set[str]()
    for one in kept:
        witnesses |= _signers(one, found.faults) or {one.holder}
        for checkpoint in one.checkpoints:
            fault = _fault_of_checkpoint(checkpoint, leaves, one.holder, key)
            if fault:
                found.faults.append(fault)
            else:
                vouched |= {line[:3] for line in lines[: checkpoint.size]}
        found.faults += [
            f"{one.holder} has kept the line “{line}”, which the log no longer has."
            for line in one.lines
            if str(line) not in known
        ]
        for past in one.pasts:
            vouched.add(past)
            found.faults += _faults_of_past(past, hashes, f"as {one.holder} has kept")
    found.heads, found.witnesses = len(vouched), len(witnesses)
    found.faults = list(dict.fromkeys(found.faults))
    return found


def _faults_of_log(lines: Sequence[Line], hashes: Hashes) -> Iterator[str]:
    before = dict[str, int]()
    for line in lines:
        if line.size <= before.get(line.chain, 0):
            yield f"The log says “{line}” after {before[line.chain]} links: it runs backwards."
        before[line.chain] = line.size
        yield from _faults_of_past(line[:3], hashes, "as the log says")


def _faults_of_past(past: Past, hashes: Hashes, who: str) -> Iterator[str]:
    chain, size, kept = past
    now = hashes.get(chain, {}).get(size)
    if now != kept:
        so = f"today it is {now[:12]}…" if now else "today there is no such link"
        yield f"Link {size} of the chain {chain} had the hash {kept[:12]}…, {who}; {so}."


def _fault_of_checkpoint(
    checkpoint: Checkpoint, leaves: Sequence[bytes], holder: str, key: PublicKey | None
) -> str:
    size = checkpoint.size
    try:
        signed = key is not None and signed_at(checkpoint, key) is not None
    except NoteError as error:
        return f"{holder} has kept a checkpoint of {size} lines, but {error}."
    by_whom = "" if signed else " (not signed with today's key)"
    if size > len(leaves):
        lost = f"the log has {len(leaves)} lines today"
        return f"{holder} has kept a checkpoint of {size} lines{by_whom}; {lost}."
    if root_of(leaves[:size]) != checkpoint.root:
        other = f"the first {size} lines of the log are not those that it was made of"
        return f"{holder} has kept a checkpoint of {size} lines{by_whom}; {other}."
    return ""


def _signers(one: Kept, faults: list[str]) -> set[str]:
    names = set[str]()
    for key in one.keys:
        for checkpoint in one.checkpoints:
            try:
                if signed_at(checkpoint, key) is not None:
                    names.add(str(key))
            except NoteError as error:
                faults.append(f"{one.holder}: {error}.")
    return names


def _asked(
    hashes_at: Callable[[Collection[int]], Mapping[int, str]], sizes: Collection[int]
) -> dict[int, str]:
    """Ask by portions: a statement takes only so many values."""
    wanted, found = sorted(sizes), dict[int, str]()
    for start in range(0, len(wanted), 500):
        found |= hashes_at(wanted[start : start + 500])
    return found
