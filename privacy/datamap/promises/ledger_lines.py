"""What a line of the erasure ledger may hold: hashes, moments, and one of a few words. Read raw."""

import json
import re
from typing import Any

from privacy.promises.registry import require

CAUSES = frozenset({"account", "idle", "request", "promise", "proof"})
"""Why somebody was erased: by themselves or at the desk, unused for a year, on request; or by a test."""
KEYS = frozenset({"reference", "at", "cause", "plan", "account", "addresses", "former"})
HASH, REFERENCE, PLAN = (re.compile(f"[0-9a-f]{{{length}}}") for length in (64, 32, 12))
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+\d\d:\d\d")


def names_nobody(text: str) -> list[dict[str, Any]]:
    """Require that each line says when, why, by which plan and whom as hashes, and nothing more.

    Return them. A line that was cut short by a machine that lost power says nothing.
    """
    lines = []
    for words in text.splitlines():
        try:
            line = json.loads(words)
        except json.JSONDecodeError:
            require(not re.search("@", words), "a broken line of the ledger holds an address")
            continue
        if line.keys() == {"void"}:
            require(_is(REFERENCE, line["void"]), "a line that is taken back names something else")
            continue
        beyond = sorted(line.keys() - KEYS)
        require(not beyond, f"a line of the ledger also says {beyond[:1]}")
        require(line["cause"] in CAUSES, "a line of the ledger says a cause that is not known")
        hashes = [*line["addresses"], *(one for one, _ in line.get("former", ()))]
        known = (
            _is(REFERENCE, line["reference"])
            and _is(MOMENT, line["at"])
            and _is(PLAN, line["plan"])
            and (line["account"] == "" or _is(HASH, line["account"]))
            and all(_is(HASH, one) for one in hashes)
            and all(_is(MOMENT, until) for _, until in line.get("former", ()))
        )
        require(known, "a line of the ledger holds something else than hashes and moments")
        lines.append(line)
    return lines


def _is(shape: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and shape.fullmatch(value) is not None
