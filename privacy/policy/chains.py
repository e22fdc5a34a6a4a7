"""Which chains the site keeps: what is only ever added, each row with the hash of the one before.

Parts of the site register their own; nothing here knows them. The log of heads (`head_log.py`)
notes how far each chain has come, so that whoever kept a copy of the log can tell for each of them
whether its past is still the same.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

START = "0" * 64
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain has come: how many links it has, and the hash of the last."""

    size: int
    hash: str

    def __post_init__(self) -> None:
        if self.size < 0 or not _HASH.fullmatch(self.hash):
            raise ValueError(f"this is no head of a chain: {self}")


def _nothing() -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain, as the log of heads asks for it."""

    name: str
    head: Callable[[], Head]
    """Its head now; size 0 and `START` while it has no link."""
    hashes_at: Callable[[Collection[int]], Mapping[int, str]]
    """The hash of its last link when it had so many links; nothing for what it does not have."""
    at_once: bool = False
    """Whether a new head is logged within a minute, or once a night."""
    faults: Callable[[], list[str]] = _nothing
    """What is wrong inside the chain, in words: a row that is not what its link holds."""
    before_night: Callable[[], object] = _nothing
    """What is done before its head is logged at night, such as sealing what came in by day."""


_chains: dict[str, Chain] = {}


def register_chain(chain: Chain) -> Chain:
    """Have a chain's heads logged. The same name twice is a mistake."""
    if not _NAME.fullmatch(chain.name):
        raise ValueError(f"{chain.name!r} is no name of a chain")
    if _chains.setdefault(chain.name, chain) != chain:
        raise ValueError(f"there is another chain {chain.name} already")
    return chain


def registered_chains() -> Mapping[str, Chain]:
    """Return all chains by name."""
    return dict(_chains)
