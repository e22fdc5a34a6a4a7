"""Lines of the erasure ledger are read raw, and hold hashes, moments and a known cause alone."""

import json
from typing import Any

import pytest

from privacy.datamap.promises.ledger_lines import names_nobody
from privacy.promises.registry import PromiseBroken

AT = "2026-01-31T01:02:03.000004+00:00"
LINE: dict[str, Any] = {
    "reference": "f" * 32,
    "at": AT,
    "cause": "idle",
    "plan": "0" * 12,
    "account": "a" * 64,
    "addresses": ["b" * 64],
    "former": [["c" * 64, AT]],
}


def written(*lines: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def test_lines_of_hashes_are_in_order():
    guest = {**LINE, "account": ""}
    assert names_nobody(written(LINE, {"void": "f" * 32}, guest)) == [LINE, guest]


def test_a_line_that_was_cut_short_says_nothing():
    assert names_nobody('{"reference": "ff') == []


@pytest.mark.parametrize(
    "text",
    [
        written({**LINE, "cause": "idle example.com"}),
        written({**LINE, "name": "Ada"}),
        written({**LINE, "reference": "ada"}),
        written({**LINE, "at": "yesterday"}),
        written({**LINE, "plan": "ada"}),
        written({**LINE, "account": "ada"}),
        written({**LINE, "addresses": ["ada@example.com"]}),
        written({**LINE, "former": [["c" * 64, "ada"]]}),
        written({**LINE, "former": [["ada@example.com", AT]]}),
        written({"void": "ada@example.com"}),
        '{"addresses": ["ada@exam',
    ],
)
def test_anything_else_is_noticed(text):
    with pytest.raises(PromiseBroken, match="line"):
        names_nobody(text)
